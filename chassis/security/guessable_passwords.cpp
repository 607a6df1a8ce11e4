#include "chassis/security/guessable_passwords.hpp"

#include <algorithm>
#include <array>

namespace kontor::security {
namespace {

// The passwords of 8 and more characters that lists of leaked ones begin with, in lower case, sorted by bytes.
// clang-format off
constexpr std::array<std::string_view, 344> kGuessable{
    "!qaz2wsx", "00000000", "000000000", "0000000000", "0123456789", "0987654321", "10101010", "11111111",
    "111111111", "1111111111", "11112222", "11223344", "1122334455", "112233445566", "12121212", "123123123",
    "123321123", "12341234", "12344321", "123454321", "12345678", "123456789", "1234567890", "12345678910",
    "1234abcd", "1234qwer", "123654789", "123abc123", "123qwe123", "123qweasd", "12qwaszx", "13131313", "147258369",
    "147852369", "159357456", "159753456", "19841984", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx",
    "1qaz2wsx3edc", "1qazxsw2", "20202020", "22222222", "31415926", "321654987", "33333333", "44444444", "55555555",
    "555555555", "66666666", "69696969", "741852963", "77777777", "789456123", "87654321", "88888888", "888888888",
    "963852741", "987654321", "9876543210", "99999999", "999999999", "a1234567", "a12345678", "a123456789",
    "a1b2c3d4", "aa123456", "aa12345678", "aaaaaaaa", "abc12345", "abc123456", "abc123abc", "abcd1234", "abcdefg1",
    "abcdefgh", "abcdefghi", "access14", "admin123", "admin1234", "admin12345", "adminadmin", "administrator",
    "administrator1", "alexander", "alexandra", "arsenal1", "asd123asd", "asdf1234", "asdfasdf", "asdfghjk",
    "asdfghjkl", "asdfqwer", "azerty123", "azertyui", "azertyuiop", "babygirl", "babygirl1", "barcelona", "baseball",
    "baseball1", "basketball", "batman123", "benjamin", "blahblah", "blessed1", "butterfly", "butterfly1", "changeme",
    "changeme1", "changeme123", "charlie1", "cheesecake", "chelsea1", "chocolate", "chocolate1", "christian",
    "christine", "cisco123", "computer", "computer1", "contrasena", "contraseña", "corvette", "danielle", "database",
    "december", "default1", "default123", "demo1234", "demodemo", "diamond1", "dragon12", "dragon123", "elizabeth",
    "facebook", "facebook1", "family123", "february", "ferrari1", "football", "football1", "football12", "forever1",
    "friends1", "godisgood", "goodluck", "google123", "guest123", "guestguest", "hallo123", "hallowelt", "harley123",
    "hello123", "hello1234", "hellohello", "helloworld", "hockey123", "hunter123", "hunter22", "iloveyou",
    "iloveyou!", "iloveyou1", "iloveyou123", "iloveyou2", "internet", "internet1", "jennifer", "jennifer1",
    "jessica1", "jesus123", "jesuschrist", "jonathan", "jordan123", "jordan23", "juventus", "killer123", "kontor123",
    "kontor1234", "kontorshop", "letmein!", "letmein1", "letmein123", "linux123", "liverpool", "liverpool1",
    "login123", "loginlogin", "lovelove", "loveme123", "loveyou1", "manager1", "manchester", "master123", "mercedes",
    "michael1", "michelle", "midnight", "monkey12", "monkey123", "motdepasse", "mudar123", "mustang1", "mypassword",
    "mysql123", "newpassword", "nicholas", "ninja123", "nopassword", "november", "oracle123", "owner123", "p@ssw0rd",
    "p@ssw0rd1", "p@ssword", "pa$$word", "pa55word", "pass1234", "pass12345", "passpass", "passport", "passw0rd",
    "passw0rd1", "password", "password!", "password01", "password1", "password1!", "password11", "password12",
    "password123", "password1234", "password12345", "password2", "password22", "password3", "password7", "password9",
    "password99", "passwort", "passwort1", "passwort123", "patricia", "pokemon1", "pokemon123", "postgres",
    "princesa", "princess", "princess1", "pumpkin1", "q1234567", "q123456789", "q1w2e3r4", "q1w2e3r4t5",
    "q1w2e3r4t5y6", "qazwsx123", "qazwsxedc", "qwe123qwe", "qweasdzxc", "qweqweqwe", "qwerty12", "qwerty123",
    "qwerty1234", "qwerty12345", "qwerty123456", "qwertyui", "qwertyuiop", "qwertyuiop[]", "qwertz123", "qwertzui",
    "qwertzuiop", "rainbow1", "realmadrid", "root1234", "rootroot", "samantha", "samantha1", "samsung1", "samsung123",
    "schalke04", "secret12", "secret123", "security", "senha123", "september", "server123", "shadow123", "snowball",
    "soccer123", "softball", "spiderman", "spiderman1", "spring123", "starwars", "starwars1", "stephanie",
    "summer123", "sunshine", "sunshine1", "superman", "superman1", "supersecret", "sweetheart", "sysadmin",
    "temp1234", "temppass", "test1234", "test12345", "tester123", "testing1", "testing123", "testtest", "thepassword",
    "toor1234", "topsecret", "trustno1", "ubuntu123", "user1234", "useruser", "veronica", "victoria", "volleyball",
    "welcome!", "welcome01", "welcome1", "welcome12", "welcome123", "whatever", "whatever1", "windows1", "windows10",
    "windows123", "winter123", "xxxxxxxx", "yourpassword", "z1234567", "zaq12wsx", "zaq1zaq1", "zxcvasdf", "zxcvbnm,",
    "zxcvbnm1", "zxcvbnm123", "zzzzzzzz",
};
// clang-format on
static_assert(std::is_sorted(kGuessable.begin(), kGuessable.end()));

}  // namespace

bool isGuessablePassword(std::string_view lower_case) {
  return std::binary_search(kGuessable.begin(), kGuessable.end(), lower_case);
}

}  // namespace kontor::security
