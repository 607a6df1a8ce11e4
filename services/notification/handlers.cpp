#include "services/notification/handlers.hpp"

#include <charconv>
#include <limits>

#include "chassis/json/wellknown.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/page.hpp"
#include "chassis/store/sql.hpp"
#include "services/notification/invariants.hpp"
#include "services/notification/messages.hpp"
#include "services/notification/store.hpp"
#include "services/notification/templates.hpp"

namespace kontor::notification {
namespace {

// Where a list goes on: below the last one shown, which a first page has none of.
std::int64_t placeOf(const std::string& cursor) {
  std::int64_t place = std::numeric_limits<std::int64_t>::max();
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), place);
  return place;
}

}  // namespace

task<v1::ListMessagesResponse> Handlers::ListMessages(rpc::Context, v1::ListMessagesRequest request) {
  const std::string list = "messages:" + request.order() + ":" + std::to_string(request.state());
  const std::int64_t before = placeOf(store::pageCursor(parts_.sealer, list, request.page_token()));
  const std::int64_t size = store::pageSize(request.page_size());
  std::optional<State> state;
  if (request.state() != v1::Message::STATE_UNSPECIFIED) state = stateOf(request.state());
  // One more than the page holds tells whether there is another page.
  auto read = [this, order = request.order(), state, before, size](store::Statements& in) {
    return parts_.store->list(in, order, state, before, size + 1);
  };
  std::vector<Message> messages = co_await parts_.database->snapshot(std::move(read));
  v1::ListMessagesResponse response;
  if (std::cmp_greater(messages.size(), size)) {
    messages.pop_back();
    const std::string last = std::to_string(messages.back().position);
    response.set_next_page_token(store::pageToken(parts_.sealer, list, last));
  }
  for (const Message& message : messages) *response.add_messages() = messageOf(message);
  co_return response;
}

task<v1::ListTemplatesResponse> Handlers::ListTemplates(rpc::Context, v1::ListTemplatesRequest) {
  v1::ListTemplatesResponse response;
  for (const Template& text : templates()) *response.add_templates() = messageOf(text);
  co_return response;
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  return checkInvariants(*parts_.database, *parts_.store, parts_.sealer, toTime(request.as_of()));
}

}  // namespace kontor::notification
