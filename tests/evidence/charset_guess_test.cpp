#include "evidence/charset_guess.hpp"

#include <gtest/gtest.h>
#include <iconv.h>

#include <array>
#include <string>

#include "evidence/charset.hpp"

namespace dislodge::evidence {
namespace {

std::string encoded(std::string text, const char *charset) {
  iconv_t handle = iconv_open(charset, "UTF-8");
  std::string out(text.size() * 4, '\0');
  char *in = text.data();
  char *to = out.data();
  std::size_t left = text.size();
  std::size_t room = out.size();
  EXPECT_EQ(iconv(handle, &in, &left, &to, &room), 0U) << charset << ": " << text;
  iconv(handle, nullptr, nullptr, &to, &room);
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

struct Sample {
  const char *charset;  // as iconv has it
  const char *guess;
  const char *text;
};
const std::array kSamples = {
    Sample{"SHIFT_JIS", "shift_jis", "明日の会議の資料を送ります。パスワードは別のメールでお知らせします。"},
    Sample{"SHIFT_JIS", "shift_jis", "サーバーのパスワード"},
    Sample{"EUC-JP", "euc-jp", "明日の会議の資料を送ります。パスワードは別のメールでお知らせします。"},
    Sample{"ISO-2022-JP", "iso-2022-jp", "会議の資料 and the rest\nsecond line"},
    Sample{"EUC-KR", "euc-kr", "서버 비밀번호가 변경되었습니다. 새 비밀번호는 다음과 같습니다."},
    Sample{"EUC-KR", "euc-kr", "[공지] 이용 약관 및 서비스 변경 안내"},
    Sample{"GB18030", "gb18030", "您好，服务器的密码已经修改，请用新的密码登录。谢谢大家"},
    Sample{"GB18030", "gb18030", "我公司对外代开发票，有意请来电"},
    Sample{"BIG5", "big5", "您好，伺服器的密碼已經修改，請用新的密碼登入，謝謝大家的合作"},
    Sample{"WINDOWS-1251", "windows-1251",
           "Добрый день! Пароль от сервера изменён, новый пароль отправлю отдельным письмом."},
    Sample{"KOI8-R", "koi8-r",
           "Добрый день! Пароль от сервера изменён, новый пароль отправлю отдельным письмом."},
    Sample{"CP866", "ibm866", "Добрый день, пароль от сервера изменён, новый пароль отправлю отдельно"},
    Sample{"ISO-8859-7", "iso-8859-7",
           "Καλημέρα, ο κωδικός του διακομιστή άλλαξε και θα τον στείλω αργότερα."},
    Sample{"WINDOWS-1255", "windows-1255", "שלום, הסיסמה של השרת שונתה ואשלח אותה מאוחר יותר היום"},
    Sample{"WINDOWS-1256", "windows-1256", "مرحبا، تم تغيير كلمة المرور الخاصة بالخادم وسوف ارسلها لاحقا"},
    Sample{"CP874", "cp874", "สวัสดีครับ รหัสผ่านของเซิร์ฟเวอร์ถูกเปลี่ยนแล้ว จะส่งให้ในภายหลัง"},
    Sample{
        "WINDOWS-1254", "windows-1254",
        "Sunucunun şifresi değiştirildi, yeni şifreyi yarın ayrı bir iletiyle göndereceğim, iyi çalışmalar."},
    Sample{"ISO-8859-2", "iso-8859-2",
           "Hasło do serwera zostało zmienione, nowe hasło wyślę później w osobnej wiadomości, łączę "
           "pozdrowienia"},
    Sample{"WINDOWS-1250", "windows-1250",
           "Hasło do serwera zostało zmienione, nowe hasło wyślę później w osobnej wiadomości, łączę "
           "pozdrowienia"},
};

TEST(CharsetGuess, languages_in_their_charsets) {
  for (const Sample &sample : kSamples) {
    const std::string bytes = encoded(sample.text, sample.charset);
    EXPECT_EQ(guess_charset(bytes), sample.guess) << sample.charset << ": " << sample.text;
    EXPECT_EQ(to_utf8(bytes).view(), sample.text);
    EXPECT_EQ(to_utf8(bytes, "x-unknown").view(), sample.text);
  }
}

TEST(CharsetGuess, where_ascii_stood_is_kept) {
  const std::string bytes = encoded("비밀번호가 변경되었습니다: key-1 입니다", "EUC-KR");
  const Utf8Text text = to_utf8(bytes);
  const std::size_t at = text.view().find("key-1");
  ASSERT_NE(at, std::string_view::npos);
  ASSERT_NE(text.map(), nullptr);
  EXPECT_EQ(text.map()->source_of(at), bytes.find("key-1"));
}

TEST(CharsetGuess, languages_of_western_europe_stay) {
  for (const char *text :
       {"Größe über Äpfel, Öl, Maß und süße Küsse für schöne Mädchen; fünf große Bäume am Fluß",
        "Été à Genève, où l'élève préféré a reçu une pièce; ça a été très agréable, même à Noël",
        "Información de contraseña: mañana será más fácil, según dirá él; acción, opinión, corazón",
        "På fredag får vi også æbler på Øster Allé, når båden ankommer kl. ti: røde grøntsager",
        "Þetta er lykilorðið að þjóninum, við breyttum því í gær; það verður sent síðar með öðrum pósti",
        "°°°°°°°°°° ±±±± «»«»«» ¯¯¯¯ ÷÷÷÷", "já amanhã não há reunião, mas à tarde haverá atenção às opções",
        "naïve café"}) {
    const std::string bytes = encoded(text, "WINDOWS-1252");
    EXPECT_EQ(guess_charset(bytes), "") << text;
    EXPECT_EQ(to_utf8(bytes).view(), text);
  }
}

TEST(CharsetGuess, utf8_with_something_lost_stays) {
  EXPECT_EQ(guess_charset("пароль от сервера изменён, новый пар\xD0 отправлю"), "");
  EXPECT_EQ(guess_charset("密码已经修改\xE8 密码"), "");
  EXPECT_EQ(guess_charset(""), "");
  EXPECT_EQ(guess_charset("\x01\x02\xC0\xD1\xE2\xF3\xC4\xC5\xC6\xC7\xC8"), "");
  EXPECT_EQ(guess_charset("\x1B[31mred\x1B[0m $B"), "");
}

TEST(CharsetGuess, what_is_declared_wrongly) {
  EXPECT_EQ(to_utf8("密码已经修改，请用新的密码登录", "gb2312").view(), "密码已经修改，请用新的密码登录");
  EXPECT_EQ(to_utf8("Das Paßwort für Jürgen: größer", "iso-8859-1").view(), "Das Paßwort für Jürgen: größer");
  EXPECT_EQ(to_utf8("Пароль от сервера", "windows-1251").view(), "Пароль от сервера");
  const std::string korean = encoded("서버 비밀번호가 변경되었습니다. 확인 바랍니다", "EUC-KR");
  EXPECT_EQ(to_utf8(korean, "iso-8859-1").view(), "서버 비밀번호가 변경되었습니다. 확인 바랍니다");
  const std::string japanese = encoded("明日の会議の資料を送ります。パスワードは別です", "SHIFT_JIS");
  EXPECT_EQ(to_utf8(japanese, "iso-2022-jp").view(), "明日の会議の資料を送ります。パスワードは別です");
  // Two letters that could be one of UTF-8 are what was declared.
  EXPECT_EQ(to_utf8("\xC3\xA9", "iso-8859-1").view(), "Ã©");
  EXPECT_EQ(to_utf8("\xC4\xA3", "gb2312").view(), "模");
}

TEST(CharsetGuess, names_as_they_are_written) {
  EXPECT_EQ(to_utf8("\xF0\xD2\xC9", "koi8_r").view(), "При");
  EXPECT_EQ(to_utf8("\xCF\xF0\xE8", "windows1251").view(), "При");
  EXPECT_EQ(to_utf8("\xCF\xF0\xE8", "win-1251").view(), "При");
  EXPECT_EQ(to_utf8("\xCF\xF0\xE8", "x-cp1251").view(), "При");
  EXPECT_EQ(to_utf8("\xBF\xE0\xD8", "iso_8859-5").view(), "При");
  EXPECT_EQ(to_utf8("\xBF\xE0\xD8", "ISO8859-5").view(), "При");
  EXPECT_EQ(to_utf8("\xE1", "ISO_8859-7:1987").view(), "α");
  EXPECT_EQ(to_utf8("\x83p\x83X", "shift-jis").view(), "パス");
  EXPECT_EQ(to_utf8("\xC4\xE3", "x-gb2312").view(), "你");
}

}  // namespace
}  // namespace dislodge::evidence
