#include "services/notification/templates.hpp"

#include <algorithm>
#include <array>

#include "chassis/base/assert.hpp"

namespace kontor::notification {
namespace {

constexpr std::array<Template, 20> kTemplates{{
    {"order.placed", "en", "Your order {number}",
     "Thank you for your order {number} at {shop}.\n\n{lines}\nTotal: {total}\n\n"
     "We will write again as soon as your payment is certain."},
    {"order.placed", "de", "Ihre Bestellung {number}",
     "Vielen Dank für Ihre Bestellung {number} bei {shop}.\n\n{lines}\nSumme: {total}\n\n"
     "Wir melden uns, sobald Ihre Zahlung sicher ist."},
    {"order.confirmed", "en", "Your order {number} is confirmed",
     "Thank you for your order {number} at {shop}.\n\n{lines}\nTotal: {total}\n\n"
     "Your payment is secured and your goods are set aside. We will write when they are on their way."},
    {"order.confirmed", "de", "Ihre Bestellung {number} ist bestätigt",
     "Vielen Dank für Ihre Bestellung {number} bei {shop}.\n\n{lines}\nSumme: {total}\n\n"
     "Ihre Zahlung ist gesichert, Ihre Ware liegt bereit. Wir melden uns, wenn sie unterwegs ist."},
    {"order.cancelled", "en", "Your order {number} is cancelled",
     "Order {number} is cancelled. {reason}What you have paid is given back."},
    {"order.cancelled", "de", "Ihre Bestellung {number} ist storniert",
     "Bestellung {number} ist storniert. {reason}Was Sie bezahlt haben, erhalten Sie zurück."},
    {"order.completed", "en", "Your order {number} is complete",
     "All of order {number} is delivered and paid. Thank you for buying at {shop}."},
    {"order.completed", "de", "Ihre Bestellung {number} ist abgeschlossen",
     "Bestellung {number} ist vollständig geliefert und bezahlt. Vielen Dank für Ihren Einkauf bei {shop}."},
    {"fulfilment.shipped", "en", "Your order {number} is on its way",
     "These goods of order {number} are on their way:\n\n{lines}\n{tracking}"},
    {"fulfilment.shipped", "de", "Ihre Bestellung {number} ist unterwegs",
     "Diese Ware aus Bestellung {number} ist unterwegs:\n\n{lines}\n{tracking}"},
    {"fulfilment.delivered", "en", "Your order {number} has arrived",
     "The carrier tells us that your parcel of order {number} was delivered."},
    {"fulfilment.delivered", "de", "Ihre Bestellung {number} ist angekommen",
     "Der Zusteller meldet, dass Ihr Paket aus Bestellung {number} zugestellt ist."},
    {"payment.failed", "en", "Your payment was not accepted",
     "Your payment at {shop} was not accepted, and nothing was charged. You can pay in another way."},
    {"payment.failed", "de", "Ihre Zahlung wurde nicht angenommen",
     "Ihre Zahlung bei {shop} wurde nicht angenommen, es wurde nichts abgebucht. Sie können auf anderem Weg bezahlen."},
    {"payment.captured", "en", "We have charged {amount}", "{amount} was charged for order {number} at {shop}."},
    {"payment.captured", "de", "Wir haben {amount} abgebucht",
     "Für Bestellung {number} bei {shop} wurden {amount} abgebucht."},
    {"payment.refunded", "en", "You get back {amount}",
     "{amount} of order {number} at {shop} was refunded. Banks take a few days to show it."},
    {"payment.refunded", "de", "Sie erhalten {amount} zurück",
     "Aus Bestellung {number} bei {shop} wurden {amount} erstattet. Banken zeigen das erst nach einigen Tagen."},
    {"customer.registered", "en", "Welcome to {shop}", "Your account at {shop} is open. You can log in at once."},
    {"customer.registered", "de", "Willkommen bei {shop}",
     "Ihr Konto bei {shop} ist eröffnet. Sie können sich sofort anmelden."},
}};

struct Reason {
  std::string_view reason;
  std::string_view locale;
  std::string_view words;
};

constexpr std::array<Reason, 6> kReasons{{
    {"PAYMENT_FAILED", "en", "The payment did not succeed. "},
    {"PAYMENT_FAILED", "de", "Die Zahlung ist nicht gelungen. "},
    {"CUSTOMER", "en", "You have asked for it. "},
    {"CUSTOMER", "de", "Sie haben darum gebeten. "},
    {"STAFF", "en", "We could not fulfil it. "},
    {"STAFF", "de", "Wir konnten sie nicht ausführen. "},
}};

constexpr std::string_view kLastResort = "en";

// How near a text's language is to the wanted one: 3 the same, 2 its language, 1 English, 0 none of these.
int nearness(std::string_view wanted, std::string_view locale) {
  if (locale == wanted) return 3;
  if (locale == wanted.substr(0, wanted.find('-'))) return 2;
  return locale == kLastResort ? 1 : 0;
}

}  // namespace

std::span<const Template> templates() { return kTemplates; }

const Template& templateFor(std::string_view kind, std::string_view locale) {
  const Template* best = nullptr;
  int most = 0;
  for (const Template& each : kTemplates) {
    const int near = each.kind == kind ? nearness(locale, each.locale) : 0;
    if (near > most) {
      best = &each;
      most = near;
    }
  }
  KONTOR_ASSERT(best != nullptr, "every kind of message has an English text");
  return *best;
}

std::string cancelReason(std::string_view reason, std::string_view locale) {
  std::string_view best;
  int most = 0;
  for (const Reason& each : kReasons) {
    const int near = each.reason == reason ? nearness(locale, each.locale) : 0;
    if (near > most) best = each.words;
    most = std::max(most, near);
  }
  return std::string(best);
}

}  // namespace kontor::notification
