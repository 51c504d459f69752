// Which account a password's sentence, line or block of lines names, in the languages of the mail that is
// read.
#include "secret/named_account.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

// The first account that stands beside each password: by a word for "account", else as a mention.
std::vector<std::string> accounts_in(const std::string &text) {
  std::vector<std::string> out;
  for (const Found &one : test::scan(text)) {
    if (one.sighting.kind != "password" || !one.sighting.rejected.empty()) continue;
    std::string name = test::hint_of(one, HintKind::user);
    if (name.empty()) name = test::hint_of(one, HintKind::mention);
    out.push_back(std::move(name));
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(NamedAccount, AWordForAccountInNineLanguages) {
  for (const char *text : {"user greta.h, password Qb2#marsVeno",
                           "The account is greta.h and the password is Qb2#marsVeno.",
                           "Please use password Qb2#marsVeno with user greta.h.",
                           "Benutzer greta.h, Kennwort Qb2#marsVeno",
                           "Der Anmeldename ist greta.h, das Kennwort Qb2#marsVeno.",
                           "Nutzer: greta.h / Passwort: Qb2#marsVeno",
                           "utilisateur greta.h, mot de passe Qb2#marsVeno",
                           "Compte : greta.h, mot de passe : Qb2#marsVeno",
                           "Le mot de passe du compte greta.h est Qb2#marsVeno.",
                           "usuario greta.h, contraseña Qb2#marsVeno",
                           "La contraseña de la cuenta greta.h es Qb2#marsVeno.",
                           "utilizador greta.h, palavra-passe Qb2#marsVeno",
                           "A senha do usuário greta.h foi alterada para Qb2#marsVeno",
                           "conta greta.h, senha Qb2#marsVeno",
                           "użytkownik greta.h, hasło Qb2#marsVeno",
                           "Nazwa użytkownika: greta.h, hasło: Qb2#marsVeno",
                           "Hasło do konta greta.h to Qb2#marsVeno.",
                           "пользователь greta.h, пароль Qb2#marsVeno",
                           "Логин — greta.h, а пароль — Qb2#marsVeno.",
                           "Пароль для учётной записи greta.h: Qb2#marsVeno",
                           "користувач greta.h, пароль Qb2#marsVeno",
                           "Пароль користувача greta.h змінено на Qb2#marsVeno.",
                           "사용자 greta.h, 비밀번호 Qb2#marsVeno",
                           "greta.h 계정의 비밀번호는 Qb2#marsVeno 입니다.",
                           "아이디는 greta.h이고 비밀번호는 Qb2#marsVeno입니다."})
    EXPECT_EQ(accounts_in(text), Names{"greta.h"}) << text;
}

TEST(NamedAccount, NamesThatAreWordsNeedTheWordForAccount) {
  for (const char *text :
       {"Login mmeier, Passwort Qb2#marsVeno", "identifiant mmeier, mot de passe Qb2#marsVeno",
        "Entra con el usuario mmeier y la contraseña Qb2#marsVeno.", "login mmeier, senha Qb2#marsVeno",
        "konto mmeier, hasło Qb2#marsVeno", "логин mmeier пароль Qb2#marsVeno",
        "обліковий запис mmeier, пароль Qb2#marsVeno", "계정 mmeier, 암호 Qb2#marsVeno"})
    EXPECT_EQ(accounts_in(text), Names{"mmeier"}) << text;
}

TEST(NamedAccount, WithoutTheWordItIsAMention) {
  for (const char *text :
       {"Le mot de passe de greta.h est désormais Qb2#marsVeno.",
        "La contraseña de greta.h ahora es Qb2#marsVeno.", "Das Kennwort von greta.h ist jetzt Qb2#marsVeno.",
        "Пароль для greta.h: Qb2#marsVeno", "Hasło dla greta.h: Qb2#marsVeno",
        "greta.h의 비밀번호가 Qb2#marsVeno로 변경되었습니다.",
        "greta.hの仮パスワードは Qb2#marsVeno です。"}) {
    const auto found = test::scan(text);
    ASSERT_EQ(found.size(), 1u) << text;
    EXPECT_EQ(test::hint_of(found[0], HintKind::user), "") << text;
    EXPECT_EQ(test::hint_of(found[0], HintKind::mention), "greta.h") << text;
  }
}

TEST(NamedAccount, LinesInEitherOrder) {
  EXPECT_EQ(accounts_in("Usuário: greta.h\nSenha: Qb2#marsVeno\n"), Names{"greta.h"});
  EXPECT_EQ(accounts_in("Пароль: Qb2#marsVeno\nЛогин: mmeier\n"), Names{"mmeier"});
  EXPECT_EQ(accounts_in("비밀번호: Qb2#marsVeno\n아이디: opsuser\n"), Names{"opsuser"});
  EXPECT_EQ(accounts_in("Nom d'utilisateur : mmeier\nMot de passe : Qb2#marsVeno\n"
                        "Nom d'utilisateur : kdupont\nMot de passe : Xk7#lunaVolt\n"),
            (Names{"mmeier", "kdupont"}));
  EXPECT_EQ(
      accounts_in("Hasło: Qb2#marsVeno\nUżytkownik: mmeier\nHasło: Xk7#lunaVolt\nUżytkownik: kdupont\n"),
      (Names{"mmeier", "kdupont"}));
}

TEST(NamedAccount, TablesInNineLanguages) {
  for (const char *heading :
       {"Account | Password", "Anmeldename | Kennwort", "Nom d'utilisateur | Mot de passe",
        "Cuenta | Contraseña", "Conta | Senha", "Nazwa użytkownika | Hasło", "Учётная запись | Пароль",
        "Обліковий запис | Пароль", "사용자 | 비밀번호"})
    EXPECT_EQ(accounts_in(std::string(heading) + "\ngreta.h | Qb2#marsVeno\nmmeier | Xk7#lunaVolt\n"),
              (Names{"greta.h", "mmeier"}))
        << heading;
}

// Who signs, whom to ask and what stands in another sentence is nobody's account.
TEST(NamedAccount, SignaturesAndOtherSentencesNameNone) {
  EXPECT_EQ(accounts_in("Das Kennwort der Alarmanlage ist Qb2#marsVeno.\n\n--\nIT | ben.ito@brisk.example\n"),
            Names{""});
  EXPECT_EQ(accounts_in("Пароль от принтера: Qb2#marsVeno\nС уважением, ben.ito\n"), Names{""});
  EXPECT_EQ(accounts_in("The guest wifi password is Qb2#marsVeno. Thanks to carla.ruiz for testing."),
            Names{""});
  EXPECT_EQ(accounts_in("The password of the one-time sign-in is Qb2#marsVeno."), Names{""});
}

}  // namespace
}  // namespace dislodge::secret
