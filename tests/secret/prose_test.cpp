// Passwords in running text: what must be found, with its exact bytes, and what must give nothing.
#include "secret/prose.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

std::vector<Found> passwords(const std::string &text) {
  auto found = test::scan(text);
  std::erase_if(found, [](const Found &one) {
    return one.sighting.kind != "password" && one.sighting.kind != "url-credentials";
  });
  return found;
}

struct Case {
  const char *text;
  const char *value;
};

class ProsePositive : public testing::TestWithParam<Case> {};
TEST_P(ProsePositive, IsFoundExactly) {
  const auto found = passwords(GetParam().text);
  std::string values;
  for (const Found &one : found) values += "[" + one.value + "] ";
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [](const Found &one) { return one.value == GetParam().value; }))
      << "found: " << values << "\nin: " << GetParam().text;
  EXPECT_LE(found.size(), 2u) << values;
}

INSTANTIATE_TEST_SUITE_P(
    WhatItIsNow, ProsePositive,
    testing::Values(Case{"The password has expired. I reset it to Ochre!Plume61; log in today.",
                         "Ochre!Plume61"},
                    Case{"Dein Passwort wurde zurückgesetzt. Das neue lautet Mauer+Igel47.", "Mauer+Igel47"},
                    Case{"WLAN-Schlüssel: Ofen.Kiste.77\n", "Ofen.Kiste.77"},
                    Case{"Clé wifi : Barque.Bleue.31\n", "Barque.Bleue.31"}));

// Alone on its line, below an empty one, under what announces it.
INSTANTIATE_TEST_SUITE_P(
    BelowALabel, ProsePositive,
    testing::Values(
        Case{"Password of the archive list1.zip:\n\nGr4nite-Otter-71!\n", "Gr4nite-Otter-71!"},
        Case{"Password:\r\n\r\nTf9-lantern-PLUM\r\n\r\nBest, Ana\r\n", "Tf9-lantern-PLUM"},
        Case{"The zip is protected. Password below.\n\nTf9-lantern-PLUM\n\nBest", "Tf9-lantern-PLUM"},
        Case{"> Password for the vault:\n> \n> Tf9-lantern-PLUM\n", "Tf9-lantern-PLUM"},
        Case{"Kennwort zum Archiv:\n\nNebel7#Kranich\n", "Nebel7#Kranich"},
        Case{"Mot de passe du fichier zip :\n\nOrage_Lune_17!\n", "Orage_Lune_17!"},
        Case{"Contraseña del archivo zip:\n\nTrigo-Faro-88k\n", "Trigo-Faro-88k"},
        Case{"Senha do arquivo:\n\nPedra7+Vento\n", "Pedra7+Vento"},
        Case{"Hasło do pliku zip:\n\nBrzoza-44-Kruk\n", "Brzoza-44-Kruk"},
        Case{"Пароль к архиву:\n\nBereza88!tuman\n", "Bereza88!tuman"},
        Case{"Пароль від архіву:\n\nSonyah_19-Step\n", "Sonyah_19-Step"},
        Case{"압축파일 비밀번호:\n\nBusan-Bada-66x\n", "Busan-Bada-66x"},
        Case{"users:\n  - name: ann\n    password: >-\n      Clover-Quay-39x\n", "Clover-Quay-39x"}));

INSTANTIATE_TEST_SUITE_P(
    Sentences, ProsePositive,
    testing::Values(
        Case{"The password is Winter2024!", "Winter2024!"},
        Case{"Zugangsdaten: svc-backup / saffron-granit31\n", "saffron-granit31"},
        Case{"the zip password is djeIyYmMRnoR", "djeIyYmMRnoR"},
        Case{"temp password DgnxeGizl - please change it after first login", "DgnxeGizl"},
        Case{"> | Host | User | Password |\n> | --- | --- | --- |\n> | jump01 | oracle | Copper003! |\n",
             "Copper003!"},
        Case{"пароль Welcome70.\n", "Welcome70"},
        Case{"Anmelden als deploy mit Passwort Meteor113\n", "Meteor113"},
        Case{"Log in with user `admin` and password `kestrel77x`.\n", "kestrel77x"},
        Case{"the password for the vpn box is Kestrel-77 until Friday.", "Kestrel-77"},
        Case{"Hi Tom,\n\nthe new password for svc-backup is Mh7$kQ2p.\n\nRegards", "Mh7$kQ2p"},
        Case{"pw: tr0ub4dor&3", "tr0ub4dor&3"}, Case{"PW = Autumn#19 (case matters)", "Autumn#19"},
        Case{"username: svc-deploy\npassword: hT9!mmQz\n", "hT9!mmQz"},
        Case{"user: admin, pass: Gr4nite_wall", "Gr4nite_wall"},
        Case{"creds: svc-sql / Orange*Peel42", "Orange*Peel42"},
        Case{"Credentials are helpdesk / Sunny.Day.88", "Sunny.Day.88"},
        Case{"you can log in as svc-reports with Plover!2023 on the old box", "Plover!2023"},
        Case{"login with jsmith / Qwerty77!", "Qwerty77!"},
        Case{"Please use user test01 and password \"blue cheese 9\" for now.", "blue cheese 9"},
        Case{"I have changed the password to N3wpass!ok, please test", "N3wpass!ok"},
        Case{"It has been reset to `Spring_2025`. The password was reset to Spring_2025x.", "Spring_2025x"},
        Case{"Password:\n  Copper.Lake.31\n", "Copper.Lake.31"},
        Case{"Username:\nbackup\nPassword:\nW1ndm1ll\n", "W1ndm1ll"},
        Case{"The pw hasn't changed, still Falcon_1987 as before? The pw is still Falcon_1987",
             "Falcon_1987"},
        Case{"> the root password on db03 is\n> Zx81-Spectrum, do not lose it", "Zx81-Spectrum"},
        Case{"wifi password: guest-Otter-55", "guest-Otter-55"},
        Case{"passphrase for the backup key: correct-horse-7-battery", "correct-horse-7-battery"},
        Case{"password -> S0mmer!!", "S0mmer!!"}, Case{"The password is 'lodestar99'.", "lodestar99"},
        Case{"the admin password is **Tuesday#4**, thanks", "Tuesday#4"},
        Case{"initial password (must be changed): Welcome2Acme", "Welcome2Acme"},
        Case{"ssh backup@10.2.3.4 (pw: k4nt1n3)", "k4nt1n3"}, Case{"zip password is Inv0ice24", "Inv0ice24"},
        Case{"User ID: mbrown   Password: Fjord-1234", "Fjord-1234"},
        Case{"user/pass: scanner/Sc4nner!", "Sc4nner!"},
        Case{"Das Passwort lautet Schnee1Mann", "Schnee1Mann"},
        Case{"Kennwort: Regen#Bogen5", "Regen#Bogen5"}, Case{"le mot de passe est Soleil2024", "Soleil2024"},
        Case{"пароль: Zima2024!", "Zima2024!"}, Case{"password is Käse&Brot7", "Käse&Brot7"},
        Case{"My login is dkent and my password is gr33nhouse.", "gr33nhouse"},
        Case{"ssh ops@web02.acme.example password Trident#91\nscp user: deploy", "Trident#91"},
        Case{"my windows password's \"Sommer2024!\" for the next days", "Sommer2024!"},
        Case{"use Welcome1! as the password", "Welcome1!"}, Case{"secret: flower-Pot-33", "flower-Pot-33"},
        Case{"the new passphrase = \"many purple tigers sing\"", "many purple tigers sing"},
        Case{"The PIN for the safe is 90210", "90210"}, Case{"ID/PW - kim / Blue@Sky77", "Blue@Sky77"},
        Case{"login/password: scan / Gr33nTea#3", "Gr33nTea#3"},
        Case{"RDP: 10.0.0.5, user: NORTHWIND\\svc-rdp, pwd: Clear#Skies9", "Clear#Skies9"}));

INSTANTIATE_TEST_SUITE_P(
    Languages, ProsePositive,
    testing::Values(
        Case{"Adgangskoden til serveren er Vinter2024!", "Vinter2024!"},
        Case{"Lösenordet har ändrats till Koppar#31", "Koppar#31"},
        Case{"PASSORD: Fjord-1234x", "Fjord-1234x"}, Case{"palvelimen salasana on Talvi2024", "Talvi2024"},
        Case{"heslo k serveru je Zima2024!", "Zima2024!"},
        Case{"přihlas se jako jan s heslem Kolo#19x", "Kolo#19x"},
        Case{"A szerver jelszava Tavasz2024!", "Tavasz2024!"},
        Case{"lépj be kovacs felhasználóval és Eper2024x jelszóval", "Eper2024x"},
        Case{"ŞİFRE: Bahar2024!", "Bahar2024!"}, Case{"sunucunun şifresi Bahar2024!", "Bahar2024!"},
        Case{"Parola a fost schimbată în Munte2024!", "Munte2024!"},
        Case{"la password è stata cambiata in Monte2024!", "Monte2024!"},
        Case{"het wachtwoord is gewijzigd in Herfst2024!", "Herfst2024!"},
        Case{"Ο κωδικός για τον διακομιστή είναι Thalassa24!", "Thalassa24!"},
        Case{"ΚΩΔΙΚΟΣ: Thalassa24!", "Thalassa24!"}, Case{"كلمة مرور الخادم هي Jabal2024!", "Jabal2024!"},
        Case{"הסיסמה החדשה לשרת היא Gesher2024!", "Gesher2024!"},
        Case{"Mật khẩu của máy chủ là Nui2024!x", "Nui2024!x"},
        Case{"รหัสผ่านของเซิร์ฟเวอร์คือ Phukhao24! ครับ", "Phukhao24!"},
        Case{"सर्वर का पासवर्ड Pahad2024! है।", "Pahad2024!"},
        Case{"新密码是Shan2024!，请尽快修改。", "Shan2024!"},
        Case{"帳號密碼：admin / Shan2024!", "Shan2024!"},
        Case{"パスワードは「Yama2024!」です。", "Yama2024!"},
        Case{"パスワードをYama2024!に変更しました", "Yama2024!"},
        Case{"пароль от сервера Zima2024!", "Zima2024!"}, Case{"пароль до сервера Zima2024!\n", "Zima2024!"},
        Case{"Das Passwort ist Gr@nitwand", "Gr@nitwand"}));

INSTANTIATE_TEST_SUITE_P(
    Tables, ProsePositive,
    testing::Values(
        Case{"| host | user | password |\n|------|------|----------|\n| db01 | sa | Mango#Tree7 |\n",
             "Mango#Tree7"},
        Case{"Host\tUser\tPassword\nweb1\tadmin\tPilot!88\n", "Pilot!88"},
        Case{"server,username,password\nfs01,svc-fs,Quartz_51\n", "Quartz_51"},
        Case{"System\tUsername\tPassword\nSAP\tkmeyer\tsummer\n", "summer"},
        Case{"System;Login;Passwort\nSAP;kmeyer;Quartz_51\n", "Quartz_51"},
        Case{"Host       User      Password\nweb1       admin     Pilot!88\n", "Pilot!88"},
        Case{"Host     User     Password     Notes\nweb1     admin    Pilot!88     old\n", "Pilot!88"},
        Case{"System\tUser\tPassword\n\nSAP\tkmeyer\tQuartz_51\n", "Quartz_51"},
        Case{"Система\tЛогин\tПароль\nSAP\tkmeyer\tQuartz_51\n", "Quartz_51"},
        Case{"| 系统 | 用户名 | 密码 |\n| --- | --- | --- |\n| SAP | kmeyer | Quartz_51 |\n", "Quartz_51"},
        Case{"Username\tkmeyer\nPassword\tQuartz_51\n", "Quartz_51"},
        Case{"Server\tBenutzername\tKennwort\tBemerkung\nfs01\tsvc-fs\tQuartz_51\n", "Quartz_51"}));

class ProseNegative : public testing::TestWithParam<const char *> {};
TEST_P(ProseNegative, GivesNothing) {
  const auto found = passwords(GetParam());
  std::string values;
  for (const Found &one : found) values += one.sighting.rule + "[" + one.value + "] ";
  EXPECT_TRUE(found.empty()) << values << "\nin: " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Sentences, ProseNegative,
    testing::Values(
        "Adgangskoden er den samme som sidst.", "Adgangskode: som aftalt", "Lösenordet skickas separat.",
        "Salasana on vanhentunut.", "Salasanan on oltava vähintään 12 merkkiä pitkä.",
        "Heslo je platné do pátku.", "A jelszó lejárt.", "Jelszó: mint eddig",
        "Şifre: daha önce konuştuğumuz gibi", "Parola dumneavoastră expiră în 5 zile.",
        "prendere la parola e concludere", "Ο κωδικός είναι ο ίδιος με πριν.", "كلمة المرور: كما اتفقنا",
        "הסיסמה תישלח בנפרד.", "Mật khẩu phải có ít nhất 12 ký tự.", "รหัสผ่านต้องมีอย่างน้อย 12 ตัวอักษร",
        "पासवर्ड अलग से भेजा जाएगा।", "您的密码将在5天后过期。", "密碼長度8至16位",
        "パスワードは12文字以上にしてください。", "пароль от srv-db02",
        "пароль от 12.03.2024 больше не действует", "the password on the server",
        "Passwort: wie besprochen\n\nViele Grüße", "Your password is expired.",
        "The password is required to continue.", "The password is case sensitive.",
        "Your password will be sent separately.", "Passwords must be at least 12 characters long.",
        "Password must contain: one digit, one upper case letter", "password: ********", "Password: xxxxxxxx",
        "Password:\n\nRegards,\nTom", "Password: \n", "I forgot my password, can you reset it?",
        "Please click the link below to reset your password: https://portal.northwind.example/reset?id=7",
        "Your password has been changed. If this was not you, contact the helpdesk.",
        "Your password was changed on 12/03/2024 at 10:22.", "password = getpass.getpass()",
        "password = os.environ[\"PASSWORD\"]", "if (password == null) return;",
        "const password = req.body.password;", "The password is the same as for the VPN.",
        "The password is stored encrypted in the vault.", "The password is in the safe.",
        "the password is attached", "password is not set", "password: required", "Password: <your password>",
        "password: ${DB_PASSWORD}", "We never ask for your password by email.",
        "Enter your password: ", "Incorrect password. Try again.", "password reset",
        "Re: password reset request 20240312", "Your one-time password expires in 10 minutes.",
        "The password policy is available at /docs/policy.html", "password-protected file",
        "The pass rate was 87% this term.", "boarding pass: see attached PDF", "pass 2 of 3 complete",
        "He made a pass at 10:30.", "login: see the wiki", "Login failed for user 'sa'.",
        "credentials are stored in the vault", "Please send me the credentials for the test system.",
        "log in with your corporate account", "sign in with Google or Facebook",
        "log in as administrator with full rights", "The password hash is stored with a salt",
        "Password strength: weak", "password: string", "def login(user, password): pass",
        "  password: str = None", "passwords:\n  - one per line", "<input type=\"password\" name=\"pw\">",
        "PW 2024-03-12", "Passwort vergessen?", "Das Passwort ist abgelaufen.", "mot de passe oublié ?",
        "The PIN is printed on the back.", "Your password expires in 3 days",
        "The password should be changed every 90 days.", "what is the password?", "Is the password correct?",
        "It is no secret: we are late.", "secret = load_secret()", "The PIN is 4 to 8 digits long.",
        "use the same as the password", "as the password was wrong", "It was used as a password once.",
        "The password is MD5-encrypted on the server.", "john ALL = /usr/bin/passwd [a-zA-Z0-9]*",
        "21.5. Password Authentication21.5. Password methods", "secret -> ../dm-0",
        "postfix:*:12345:12345:postfix passwd: a:*:1:2:b", "same username and password as last time",
        "User name and password are both required fields", "password manager: we recommend KeePass",
        "The password is: (see separate mail)"));

INSTANTIATE_TEST_SUITE_P(
    BelowALabel, ProseNegative,
    testing::Values("The password must contain:\n\n12characters\n\nand be changed.\n",
                    "To choose a new password follow this link:\n\nid.acme.example/r/Zx81kQ9wLm22ab\n",
                    "How to change your password:\n\n1.Open\n2.Click\n",
                    "New password dialog:\n\nv2.4.1-rc3\n",
                    "Your password reset request:\n\nINC0045521\n\nis closed.\n",
                    "Your password expires. Ticket:\n\nTKT-2026-00451\n",
                    "Password last changed:\n\n2026-11-03\n",
                    "The password was sent to:\n\nana.b@acme.example\n",
                    "Let me know once you have the password:\n\nRegards,\nAna2\n",
                    "Votre mot de passe expire bientôt. Référence :\n\nREF-88121-B\n",
                    "비밀번호가 곧 만료됩니다. 티켓:\n\nTKT-5521\n"));
// What names bad passwords, and what prompts for one.
INSTANTIATE_TEST_SUITE_P(
    PoliciesAndPrompts, ProseNegative,
    testing::Values("Examples of bad passwords: Password1, Summer2024, qwerty123. Never use them.\n",
                    "Schwache Passwörter: Passwort123, Sommer2024\n",
                    "Contraseñas débiles: Verano2024, Hola1234\n",
                    "[sudo] password for ana: \nHit:1 http://deb.debian.org stable InRelease\n",
                    "[sudo] Passwort für ana:\nPaketlisten2 werden gelesen... Fertig\n",
                    "[sudo] Mot de passe de ana :\nLecture1 des listes\n",
                    "[sudo] hasło użytkownika ana:\nCzytanie2 list\n",
                    "[sudo] пароль для ana: \nЧтение3 списков\n",
                    "MYPWD=/home/ana/build MYUID=1000\nOLDPWD=/home/ana\nPWD=/srv/www\n",
                    "We have two sizes: u: a p: b and the rest.\n", "Prices: u: 12 p: 14 (units, pieces)\n",
                    "Password: see vault.acme.example/ui/secret/db2\n",
                    "Login pages:\nportal.acme.example/login\nmail.acme.example/owa/auth/logon.aspx\n",
                    "ConvertTo-SecureString -AsPlainText -Force\n"));

INSTANTIATE_TEST_SUITE_P(Tables, ProseNegative,
                         testing::Values("| field | password |\n|---|---|\n| type | required |\n",
                                         "Name,Password\nmin length,12\n"));

INSTANTIATE_TEST_SUITE_P(
    EverydayMail, ProsePositive,
    testing::Values(
        Case{"das Kennwort fuer den Terminalserver lautet ab heute Herbst!Wind77. Bitte nicht weitergeben.",
             "Herbst!Wind77"},
        Case{"PW ist noch das alte (Blau.Wal.2023), ich aendere es naechste Woche.", "Blau.Wal.2023"},
        Case{"Bom dia, a senha do roteador mudou para Abacaxi@77lua. Abraço", "Abacaxi@77lua"},
        Case{"SSH to 10.2.0.14 as root / Tr0ub4dor&3xyz, then run the script.", "Tr0ub4dor&3xyz"},
        Case{"I set up the new NAS today. You get in with admin and Br0wnFox_jumps (capital B).",
             "Br0wnFox_jumps"},
        Case{"FTP creds:\n  ftp.partner.example\n  velmora_ftp\n  hG7$kk2Lm0\n", "hG7$kk2Lm0"},
        Case{"Pour te connecter au NAS : admin puis Orage#2024bis", "Orage#2024bis"},
        Case{"snmp community string on the core switches is v3lm0ra-RW-net", "v3lm0ra-RW-net"},
        Case{"DESCRIPTION:the wlan password is Kx7#mars_Wq81\\nbye", "Kx7#mars_Wq81"},
        Case{"jenkins password: Lk17#saturn_Qz119", "Lk17#saturn_Qz119"}));

// Sentences that name a password without "is": told by the shape of the word (prose_sentence.hpp).
INSTANTIATE_TEST_SUITE_P(
    ToldByTheirShape, ProsePositive,
    testing::Values(
        Case{"Passwort hab ich auf Fr0sch&Teich gesetzt, bitte gleich ändern.", "Fr0sch&Teich"},
        Case{"The root pw on the old NAS hasn't changed since Dave left (still Chester1998!).",
             "Chester1998!"},
        Case{"Temp pass for Priya's laptop = Zebra.Crossing.88 , she will change it.", "Zebra.Crossing.88"},
        Case{"A senha da VPN passou a ser Caju@Verde31, avisa o pessoal.", "Caju@Verde31"},
        Case{"tu mets pdupont comme identifiant et Marée$Basse8 comme mot de passe.", "Marée$Basse8"},
        Case{"Login kowalska.a, hasło tymczasowe Lato_nad_morzem8", "Lato_nad_morzem8"},
        Case{"the wifi for the guests has changed again, it is now Sunflower-Lantern-82",
             "Sunflower-Lantern-82"},
        Case{"das WLAN im 3. OG heißt GAST-3, Schlüssel: Kaffee+Kuchen17\nGruß", "Kaffee+Kuchen17"},
        Case{"We rotated it. old: Spring2024! new: Autumn!2025x", "Autumn!2025x"},
        Case{"the zip I just sent opens with Inv0ice_2024_Q3", "Inv0ice_2024_Q3"},
        Case{"Passphrase to open the attachment: correct horse battery staple 7",
             "correct horse battery staple 7"},
        Case{"Creds as discussed\nU: svc_report\nP: q8&Lm2vTz!\nHost: rpt01\n", "q8&Lm2vTz!"},
        Case{"you can use mine for now: jdoe / Winter-is-2here", "Winter-is-2here"},
        Case{"Acceso SFTP: sftp.cliente.example / brisk_up / 9tT!pera_02", "9tT!pera_02"},
        Case{"Доступ к серверу 10.1.1.5: root, Qw!9tapka", "Qw!9tapka"},
        Case{"Benutzer\nsvc-web\nPasswort\nHm4#xuT9vKqe\n", "Hm4#xuT9vKqe"},
        Case{"password: Hm4#xu\u200BT9vKqe\n", "Hm4#xuT9vKqe"},
        Case{"password: Hm4&xuT9<Kqe\n", "Hm4&xuT9<Kqe"}));

INSTANTIATE_TEST_SUITE_P(
    ValueFirstAndOldAndNew, ProsePositive,
    testing::Values(
        Case{"Mango!53trail is the new password of eva.k.", "Mango!53trail"},
        Case{"Marble&38kettle ist das neue Passwort von svc-sql.", "Marble&38kettle"},
        Case{"Heron!83marsh est le nouveau mot de passe de eva.k.", "Heron!83marsh"},
        Case{"Mosaic$73pearl es la nueva contraseña de svc-sql.", "Mosaic$73pearl"},
        Case{"Cedar?12magnet é a nova senha de eva.k.", "Cedar?12magnet"},
        Case{"Mango!53trail to nowe hasło dla svc-sql.", "Mango!53trail"},
        Case{"Marble&38kettle - новый пароль для eva.k.", "Marble&38kettle"},
        Case{"Heron!83marsh - новий пароль для svc-sql.", "Heron!83marsh"},
        Case{"Mosaic$73pearl이 eva.k의 새 비밀번호입니다.", "Mosaic$73pearl"},
        Case{"Hasło greta.h to teraz Falcon+44mist.", "Falcon+44mist"},
        Case{"Le mot de passe de l'utilisateur dmitri.o a été changé en Mango!53trail.", "Mango!53trail"},
        Case{"the password of svc-a was changed from Heron!83marsh to Mango!53trail today", "Mango!53trail"},
        Case{"the password of svc-a was changed from Heron!83marsh to Mango!53trail today", "Heron!83marsh"},
        Case{"Das Passwort wurde von Heron!83marsh auf Mango!53trail geändert.", "Heron!83marsh"},
        Case{"Das Passwort wurde von Heron!83marsh auf Mango!53trail geändert.", "Mango!53trail"},
        Case{"La contraseña se cambió de Heron!83marsh a Mango!53trail.", "Heron!83marsh"},
        Case{"La contraseña se cambió de Heron!83marsh a Mango!53trail.", "Mango!53trail"},
        Case{"La password è stata cambiata da Heron!83marsh a Mango!53trail.", "Heron!83marsh"},
        Case{"La password è stata cambiata da Heron!83marsh a Mango!53trail.", "Mango!53trail"},
        Case{"비밀번호가 Heron!83marsh에서 Mango!53trail로 변경되었습니다.", "Heron!83marsh"},
        Case{"비밀번호가 Heron!83marsh에서 Mango!53trail로 변경되었습니다.", "Mango!53trail"},
        Case{"パスワードがHeron!83marshからMango!53trailに変更されました。", "Heron!83marsh"},
        Case{"パスワードがHeron!83marshからMango!53trailに変更されました。", "Mango!53trail"},
        Case{"密码从Heron!83marsh改为Mango!53trail。", "Heron!83marsh"},
        Case{"密码从Heron!83marsh改为Mango!53trail。", "Mango!53trail"},
        Case{"Het wachtwoord is gewijzigd van Heron!83marsh naar Mango!53trail.", "Heron!83marsh"},
        Case{"Het wachtwoord is gewijzigd van Heron!83marsh naar Mango!53trail.", "Mango!53trail"},
        Case{"Passwort lautet wie folgt:\nAhorn!62schiene", "Ahorn!62schiene"},
        Case{"Try Falcon+44mist, if that does not work use the old password.", "Falcon+44mist"},
        Case{"It's still the default one (Copper91!gate), nobody changed it.", "Copper91!gate"},
        Case{"Creds for the jump host: jumpadm // Velvet-28!acorn", "Velvet-28!acorn"},
        Case{"Local admin: .\\ladmin / Ginger*77slope", "Ginger*77slope"},
        Case{"Hi Ben,\n\nthe box in the cellar is up again. For root use \"Marble&38kettle\".\n\nThanks for "
             "your patience",
             "Marble&38kettle"}));

INSTANTIATE_TEST_SUITE_P(
    ProgramsAndTimes, ProseNegative,
    testing::Values("Our password manager is 1Password, ask Ben for an invite.",
                    "result=ok password_changed_at=2024-01-02T10:00:00Z pwd_age=42",
                    "Try Windows11!, the password policy is the same.",
                    "The password policy was changed from Windows2016 to Windows2022 rules.",
                    "The password expires in 30 days, from Monday to Friday call 4711.",
                    "For root use sudo and your own password.",
                    "It's still the default theme (Classic), nobody changed it.",
                    "The local admin / help desk will call you back."));

INSTANTIATE_TEST_SUITE_P(
    ShapesOfOtherThings, ProseNegative,
    testing::Values(
        "Please reset the password of the test user in Windows11! Thanks", "it is now available in Word2016.",
        "The attachment opens with Excel2019 or LibreOffice7.",
        "old: 1.2.3 new: 1.2.4 - upgrade notes attached",
        "Your wifi router AX-3000 v2.1 supports WPA2/WPA3 and 802.11ax.",
        "The password policy (ISO-27001:2022, section A.9.4.3) applies to svc-backup01.example.com.",
        "password changes need AES+SHA256 and TLS1.3 on us-east-1a.",
        "Passphrase for the key: see the vault in the office", "Acceso: lunes / viernes 9-18",
        "Your password for order RE-2024-11872 will be mailed to user@host2.",
        "Username\nPassword\nForgot?\n", "The password was sent to Mr. O'Neil@HQ yesterday.",
        "gpgsm: Fix reporting of bad passphrase error during PKCS#11 import.",
        "configure.in: Do not pass --with-stabs for mips*-sgi-irix6*o32.",
        "login segfaults on EOF (rh#298461)", "passphrase.c: Passphrase handling code here"));

// Exports of chats and tickets, logs: source stands around the sentence, and line breaks are escapes.
INSTANTIATE_TEST_SUITE_P(
    SentencesInQuotes, ProsePositive,
    testing::Values(
        Case{"\"the vpn password is Kx7#mars_Wq81\"\n", "Kx7#mars_Wq81"},
        Case{R"({"text":"the vpn password is Hm4#xuT9vKqe"})", "Hm4#xuT9vKqe"},
        Case{
            R"([{"type":"message","user":"U01","ts":"1741600000.000100","text":"the vpn password is Sommer2024!"}])",
            "Sommer2024!"},
        Case{R"({"text":"Hello,\nthe vpn password is Lk03#saturn_Qz21\nBye"})", "Lk03#saturn_Qz21"},
        Case{R"({"text":"Hello, the vpn password is Kx7#mars_Wq81, bye"})", "Kx7#mars_Wq81"},
        Case{R"([{"body":"Zugangsdaten: svc-backup \/ saffron-granit31\nGru\u00df","id":4}])",
             "saffron-granit31"},
        Case{"2026-11-03 INFO chat msg=\"your temporary password is: Xy7kQp2m. It expires\" user=4",
             "Xy7kQp2m"}));

INSTANTIATE_TEST_SUITE_P(
    LogsOfTests, ProseNegative,
    testing::Values(
        "PASS: i386 arch 10 (bdver2)\nPASS: x86-64 arch 2 (bdver3)\nPASS: i386 movdir64b-reg\n",

        "PASS: gdb.base/advance.exp: advance line number\nXPASS: ld-elf/eh5\nPASS: "
        "test_login_with_password\n",
        "PASS: test_login_with_password\n--- PASS: TestUserLogin (0.02s)\nPASS "
        "src/components/Login.test.tsx\n",
        "2025-03-01 10:00:00 PASS: check_disk_usage_01\nPASS : TC_0045_ResetPassword\nPass: 14, Fail: 0\n"));
INSTANTIATE_TEST_SUITE_P(CapitalsBesideAUser, ProsePositive,
                         testing::Values(Case{"USER: ftpuser\nPASS: tR8-mmQa71-pp\n", "tR8-mmQa71-pp"},
                                         Case{"PASS: hG7$kk2Lm0\n", "hG7$kk2Lm0"}));

INSTANTIATE_TEST_SUITE_P(
    WhatIsNoneInQuotes, ProseNegative,
    testing::Values(
        R"({"error":"the password is required","code":"PASSWORD_REQUIRED"})",
        R"({"text":"your password will expire in 14 days, please change it"})",
        R"({"label":"Enter the password for user %s","hint":"the password is at least 12 characters"})",
        R"({"text":"the password is in the vault, ask Marta"})"));

TEST(Prose, TheUserBesideThePasswordIsAHint) {
  const auto pair = passwords("creds: svc-sql / Orange*Peel42");
  ASSERT_EQ(pair.size(), 1u);
  EXPECT_EQ(test::hint_of(pair[0], HintKind::user), "svc-sql");
  const auto table =
      passwords("| host | user | password |\n|---|---|---|\n| db01 | reporting | Mango#Tree7 |\n");
  ASSERT_EQ(table.size(), 1u);
  EXPECT_EQ(test::hint_of(table[0], HintKind::user), "reporting");
}

TEST(Prose, EachPasswordOfAListHasItsOwnUserFirst) {
  const auto found = passwords(
      "db_user: reporting\ndb_password: Mango#Tree7\nsmtp_user: mailer\nsmtp_password: Pilot!88x\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(test::hint_of(found[0], HintKind::user), "reporting");
  EXPECT_EQ(test::hint_of(found[1], HintKind::user), "mailer");
}

TEST(Prose, IsTheSameEveryTime) {
  const std::string text = "the password is Winter2024! and the pw for db is Kestrel-77";
  const auto first = passwords(text);
  const auto second = passwords(text);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].value, second[i].value);
    EXPECT_EQ(first[i].sighting.confidence, second[i].sighting.confidence);
  }
}

TEST(Prose, HostileTextEndsInBoundedTime) {
  std::string words;
  for (int i = 0; i < 20000; ++i) words += "password ";
  EXPECT_LE(passwords(words).size(), 1u);
  std::string quotes = "password is ";
  quotes.append(100000, '"');
  passwords(quotes);
  std::string table = "a|password\n";
  for (int i = 0; i < 3000; ++i) table += "x|Aa1!bcde" + std::to_string(i) + "\n";
  EXPECT_LE(passwords(table).size(), 500u);
  passwords("password");
  passwords("password:");
  passwords("password is");
  passwords("log in as");
  passwords(std::string("password: \0\xff\xfe", 14));
}

}  // namespace
}  // namespace dislodge::secret
