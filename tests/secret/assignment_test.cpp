// What counts as assigned to a name, in which syntax, and what stands there that is no secret.
#include "secret/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "secret/assignment_features.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

std::vector<std::string> values_in(std::string_view text, std::string_view item) {
  std::vector<std::string> out;
  for (const Found &found : test::scan(text, {}, item))
    if (found.sighting.rejected.empty()) out.push_back(found.value);
  return out;
}

bool finds(std::string_view text, std::string_view item, std::string_view value) {
  const auto values = values_in(text, item);
  return std::find(values.begin(), values.end(), value) != values.end();
}

struct Case {
  const char *item;
  const char *text;
  const char *value;
};

TEST(Assignment, ReadsEverySyntax) {
  const Case cases[] = {
      {"a.py", "db_password = 'Qzvmfa82!3'\n", "Qzvmfa82!3"},
      {"a.py", "PASSWORD = os.environ.get('PASSWORD', 'Qzvmfa82!3')\n", "Qzvmfa82!3"},
      {"a.ts", "  private apiKey: string = 'b7Gk29fLqP0xTz81vNw4';\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.js", "const token = process.env.TOKEN || 'b7Gk29fLqP0xTz81vNw4';\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.go", "\topts.Password = \"hrwqkz\"\n", "hrwqkz"},
      {"a.go", "\t\"CONNECT {\\\"user\\\":\\\"kim\\\",\\\"password\\\":\\\"t7qk9f\\\"}\\r\\n\",\n", "t7qk9f"},
      {"a.java", "  props.put(\"ssl.keystore.password\", \"Qzvmfa82!3\");\n", "Qzvmfa82!3"},
      {"a.java", "  source.setPassword(\"Qzvmfa82!3\");\n", "Qzvmfa82!3"},
      {"a.php", "  'secret_key' => 'b7Gk29fLqP0xTz81vNw4',\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.c", "static const char api_key[] = \"b7Gk29fLqP0xTz81vNw4\";\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.rb", "  consumer_key: '7dxsn91h21nph5p5',\n", "7dxsn91h21nph5p5"},
      {"a.xml", "  <smtpPassword>Qzvmfa82!3</smtpPassword>\n", "Qzvmfa82!3"},
      {"a.xml", "  <add key=\"SmtpPassword\" value=\"Qzvmfa82!3\" />\n", "Qzvmfa82!3"},
      {"a.html", "<pre>{&#34;password&#34;: &#34;Qzvmfa823&#34;}</pre>\n", "Qzvmfa823"},
      {"a.yml", "    MYSQL_ROOT_PASSWORD: C7rqx6lt\n", "C7rqx6lt"},
      {"a.env", "AUTH_TOKEN=b7Gk29fLqP0xTz81vNw4\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.sh", "tool --db-password Qzvmfa82x3 --verbose\n", "Qzvmfa82x3"},
      {"a.sql", "ALTER ROLE app WITH PASSWORD 'Qzvmfa82!3';\n", "Qzvmfa82!3"},
      {"a.rb", "get 'https://git.example.com/raw?ref=main&private_token=e03e14a11fb88c'\n", "e03e14a11fb88c"},
      {"a.md", "resty.SetAuthToken(\"DB839913368E8F7ECC34BF58D554B31AAF003724655C7E5F\")\n",
       "DB839913368E8F7ECC34BF58D554B31AAF003724655C7E5F"},
      {"a.conf", "  users = [ {user: leaf, password: qzlyc8} ]\n", "qzlyc8"},
      {"a.yml", "  - name: DB_PASSWORD\n    value: xqv82kzp\n", "xqv82kzp"},
      {"a.json", "{\"name\": \"API_TOKEN\", \"value\": \"b7Gk29fLqP0xTz81vNw4\"}\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.xml", "<entry key=\"db.password\">xqv82kzp</entry>\n", "xqv82kzp"},
      {"a.xml", "<string name=\"api_key\" translatable=\"false\">b7Gk29fLqP0xTz81vNw4</string>\n",
       "b7Gk29fLqP0xTz81vNw4"},
      {"a.sql", "INSERT INTO users (name, password, age) VALUES ('kim', 'xqv82kzp', 7);\n", "xqv82kzp"},
      {"a.rb", "  let(:token) { 'b7Gk29fLqP0xTz81vNw4' }\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.go", "\tkey, _ := hex.DecodeString(\"2b7e151628aed2a6abf7158809cf4f3c\")\n",
       "2b7e151628aed2a6abf7158809cf4f3c"},
      {"a.php", "$apiToken .= \"b7Gk29fLqP0xTz81vNw4\";\n", "b7Gk29fLqP0xTz81vNw4"},
      {"Makefile", "API_TOKEN ?= \"b7Gk29fLqP0xTz81vNw4\"\n", "b7Gk29fLqP0xTz81vNw4"},
      {"Makefile", "API_TOKEN ::= \"b7Gk29fLqP0xTz81vNw4\"\n", "b7Gk29fLqP0xTz81vNw4"},
      {"Makefile", "API_TOKEN :::= \"b7Gk29fLqP0xTz81vNw4\"\n", "b7Gk29fLqP0xTz81vNw4"},
      {"a.xml", "<apiToken>\n    b7Gk29fLqP0xTz81vNw4\n</apiToken>\n", "b7Gk29fLqP0xTz81vNw4"},
  };
  for (const Case &one : cases) EXPECT_TRUE(finds(one.text, one.item, one.value)) << one.text;
}

TEST(Assignment, LeavesAloneWhatIsNoSecret) {
  const Case cases[] = {
      {"a.py", "password = getpass.getpass('Password: ')\n", ""},
      {"a.py", "def login(user, password=None):\n", ""},
      {"a.go", "\tUser{Username: username, Password: password}\n", ""},
      {"a.go", "\tif key != \"name\" {\n", ""},
      {"a.js", "  password: req.body.password,\n", ""},
      {"a.js", "const tokenType = 'bearer';\n", ""},
      {"a.yml", "  password: ${DB_PASSWORD}\n", ""},
      {"a.yml", "  secret_name: my-app-credentials\n", ""},
      {"a.json", "  \"password_label\": \"Enter your password\",\n", ""},
      {"a.c", "#define SMART_LCYL_PASS 0x4f\n", ""},
      {"a.java", "  private static final String KEY_PATH = \"/etc/ssl/server.key\";\n", ""},
      {"a.ts", "throw new Error('token expired');\n", ""},
      {"a.txt", "the author of the monkey keyboard: unknown1234\n", ""},
      {"a.py", "pass\nassert x\n", ""},
      // Ids of public keys, as guides to package archives and package managers write them.
      {"a.txt", "gpg --keyserver keyserver.ubuntu.com --recv-key E1F4A29B\n", ""},
      {"a.txt",
       "apt-key adv --keyserver keys.gnupg.net --recv-keys 'E19F5F87128899B192B1A2C2AD5F960A256A04AF'\n", ""},
      {"a.txt", "sig_key:        3D:4E:71:B0:42:9A:39:8B:8B:78:3B:6F:8B:ED:3B:AF:09:9E:E9:A7\n", ""},
      {"a.txt", "In-Reply-To: <OiRFUU6G+Tx6k6IjY/Q9Pw==@JawJaCrakR>\n", ""},
      {"a.R", "con <- dbConnect(dbm, user = dbc$user, password = dbc$pass)\n", ""},
      {"a.txt", "declare -x PWD=\"/Users/kim.berger/q7-reports\"\n", ""},
  };
  for (const Case &one : cases)
    EXPECT_TRUE(values_in(one.text, one.item).empty())
        << one.text << " -> " << values_in(one.text, one.item)[0];
}

TEST(Assignment, NamesThatOnlySoundSo) {
  NameClass is = NameClass::password;
  NameHead head = NameHead::itself;
  for (const char *name : {"monkey", "author", "compass", "bypass", "secretary", "keyboard", "tokenizer"})
    EXPECT_FALSE(classify_name(name, is, head)) << name;
  ASSERT_TRUE(classify_name("dbPasswordFile", is, head));
  EXPECT_EQ(head, NameHead::file);
  ASSERT_TRUE(classify_name("PUBLIC_KEY", is, head));
  EXPECT_EQ(head, NameHead::open);
  ASSERT_TRUE(classify_name("client_secret", is, head));
  EXPECT_EQ(is, NameClass::secret);
  EXPECT_EQ(head, NameHead::itself);
}

TEST(Assignment, HostileTextEnds) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "password=\"";
  values_in(text, "a.py");
  values_in(std::string(200000, '"') + "key" + std::string(200000, '\\'), "a.py");
  values_in("password" + std::string(100000, ' ') + "= x", "a.py");
  values_in("password: (((((((((((((((((((((((((((((((", "a.py");
  values_in("key = b(b(b(b(b(b(b(b('x", "a.py");
  values_in("secret &#34;&#34;&#34;: &#34;", "a.py");
  values_in("token", "a.py");
  values_in("token=", "a.py");
  values_in("token='", "a.py");
}

}  // namespace
}  // namespace dislodge::secret
