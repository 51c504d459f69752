#!/usr/bin/env python3
"""Accuracy on correspondence: makes labelled messages, scans them, and says which passwords were found.

    bench/accuracy/mail.py --scanner build/release/dislodge [--messages 2000] [--seed 1]
    bench/accuracy/mail.py --scanner build/release/dislodge --clean FOLDER      messages without secrets, real ones

Writers of some thirty languages (mail_languages.py) and several registers, threads with quotes, HTML, signatures, boilerplate, newsletters,
bounces, password policies that hold no password, reset links. A password is right when its bytes were named; what
was named and is none is a false alarm. With --clean every finding is one.
"""

import argparse
import collections
import email
import email.message
import email.policy
import html
import json
import os
import random
import string
import subprocess
import sys
import tempfile

import mail_languages

WORDS = """Sommer Winter Frühling Harbour Falcon Meteor Granit Dragon Orange Copper Lantern Juniper Cobalt Saffron Welcome Bonjour
Soleil Montagne Verano Playa Cachorro Lisboa Warszawa Krakow Moskva Kiev Seoul Busan Tiger Monkey Purple Silver""".split()
USERS = """svc-backup svc_sql admin root kmeyer j.smith operator vpnuser deploy sa oracle scanner helpdesk-tmp guest2 m.dupont
a.garcia p.kowalski i.petrov o.shevchenko kim.minsu ftpuser""".split()
HOSTS = ["vpn.acme.example", "10.20.4.11", "srv-db02", "fs01.corp.local", "https://portal.acme.example/login", "jump01", "192.168.7.20",
         "the staging server", "mail2.acme.example", "NAS-3"]

# V: a password; U: a user; H: a host. Several registers a language.
SAYS = {
    "en": ["The password is V", "pw: V", "Password: V", "user / pass: U / V", "log in as U with V", "Login: U\nPassword: V",
           "the pw for H is V, user stays the same", "creds for H: U / V", "I've changed the password to V", "You can sign in with U and the password V",
           "ssh U@H (pw: V)", "net use Z: \\\\fs01\\share /user:CORP\\U V", "Username: U\r\nPassword: V", "RDP to H, user U, password V",
           "temp password V - please change it after first login", "zip password is V", "passphrase for the key: V", "PW = V", "pass: V",
           "new password for U -> V", "admin password on H is still V", "User: U\nPass: V", "use V as the password", "WiFi password: V",
           "the archive's password: V", "Your temporary password is: V", "| Host | User | Password |\n| --- | --- | --- |\n| H | U | V |"],
    "de": ["Das Passwort lautet V", "Passwort: V", "Kennwort: V", "Das Kennwort für H ist V", "Benutzer: U\nPasswort: V", "Zugangsdaten: U / V",
           "Das Passwort wurde auf V geändert", "Anmelden als U mit Passwort V", "PW: V", "Dein neues Passwort ist V", "Passwort ist jetzt V"],
    "fr": ["Le mot de passe est V", "Mot de passe : V", "mdp : V", "Identifiant : U\nMot de passe : V", "Le mot de passe de H est désormais V",
           "connectez-vous avec U et le mot de passe V", "le nouveau mot de passe est V"],
    "es": ["La contraseña es V", "Contraseña: V", "Usuario: U\nContraseña: V", "la clave de acceso es V", "la contraseña de H es ahora V",
           "entra con el usuario U y la contraseña V", "La nueva contraseña es V"],
    "pt": ["A senha é V", "Senha: V", "Usuário: U\nSenha: V", "a senha do servidor H é V", "a senha agora é V", "login: U senha: V", "A nova senha é V"],
    "pl": ["Hasło: V", "Hasło to V", "Użytkownik: U\nHasło: V", "hasło do H to V", "login: U hasło: V", "Nowe hasło brzmi V", "hasło jest V"],
    "ru": ["Пароль: V", "пароль V", "Пароль — V", "Логин: U\nПароль: V", "пароль от H: V", "логин U, пароль V", "новый пароль это V", "пароль теперь V"],
    "uk": ["Пароль: V", "пароль — V", "Логін: U\nПароль: V", "пароль до H: V", "логін U, пароль V", "новий пароль: V", "пароль тепер V"],
    "ko": ["비밀번호: V", "비밀번호는 V 입니다", "아이디: U\n비밀번호: V", "비번은 V 입니다", "패스워드는 V입니다", "ID/PW : U / V", "암호: V", "비밀번호는 V입니다."],
}
# Nothing here is a secret.
SILENT = {
    "en": ["Your password will expire in 5 days. Please change it before Friday.", "Passwords must be at least 12 characters long and contain a digit.",
           "Click here to reset your password: https://login.acme.example/reset?id=12", "The password is the same as last time.", "I forgot my password again, can you help?",
           "Password: (sent separately)", "The password follows in a separate mail.", "Please never share your password with anyone, IT will not ask for it.",
           "Wrong password or user name.", "password: required, string, min 8", "Did you get the password from Tom?", "Password reset successful.",
           "the password field is empty on the new form", "Your password has been changed. If this was not you, contact the service desk.",
           "pass the salt, and pass on my regards", "He will pass by tomorrow at 10:30.", "We need a boarding pass for flight LH 1234.", "The secret of good coffee is patience.",
           "Password protected file attached.", "log in as usual with your badge", "The key to success: planning.", "Token ring is dead since 1999.", "Username: your e-mail address\nPassword: your usual one"],
    "de": ["Ihr Passwort läuft in 5 Tagen ab.", "Das Passwort muss mindestens 12 Zeichen lang sein.", "Das Passwort ist leider abgelaufen.", "Passwort vergessen? Hier klicken.", "Das Kennwort kommt mit getrennter Post.",
           "Passwort: wie besprochen", "Bitte ändern Sie Ihr Passwort regelmäßig."],
    "fr": ["Votre mot de passe expire dans 5 jours.", "Le mot de passe doit contenir au moins 12 caractères.", "Mot de passe oublié ? Cliquez ici.", "Le mot de passe est expiré.", "Le mot de passe vous sera envoyé séparément."],
    "es": ["Su contraseña caduca en 5 días.", "La contraseña debe tener al menos 12 caracteres.", "¿Olvidó su contraseña? Haga clic aquí.", "La contraseña es incorrecta.", "La contraseña se enviará por separado."],
    "pt": ["Sua senha expira em 5 dias.", "A senha deve ter pelo menos 12 caracteres.", "Esqueceu a senha? Clique aqui.", "A senha está incorreta.", "A senha é pessoal e intransferível."],
    "pl": ["Twoje hasło wygasa za 5 dni.", "Hasło musi mieć co najmniej 12 znaków.", "Nie pamiętasz hasła? Kliknij tutaj.", "Hasło jest nieprawidłowe."],
    "ru": ["Срок действия пароля истекает через 5 дней.", "Пароль должен содержать не менее 12 символов.", "Забыли пароль? Нажмите здесь.", "Пароль неверный.", "Пароль это ваша безопасность."],
    "uk": ["Термін дії пароля закінчується через 5 днів.", "Пароль має містити не менше 12 символів.", "Забули пароль? Натисніть тут.", "Пароль невірний."],
    "ko": ["비밀번호가 5일 후 만료됩니다.", "비밀번호는 12자 이상이어야 합니다.", "비밀번호를 잊으셨나요? 여기를 누르세요.", "비밀번호가 잘못되었습니다."],
}
CHAT = {
    "en": ["Hi {n},", "thanks for the quick reply.", "The meeting is moved to Tuesday 14:00.", "Attached is the quote for project 4711.", "Let me know whether the numbers for Q3 are right.", "See you on Monday!",
           "Order no. 2024-88123 has shipped, tracking 1Z999AA10123456784.", "We saw 12% more traffic than last week.", "Can you look at ticket INC-20394?", "The build 1.22.3 is out, md5 9e107d9d372bb6826bd81d3542a419d6."],
    "de": ["Hallo {n},", "vielen Dank für die schnelle Antwort.", "Der Termin ist auf Dienstag, 14:00 Uhr verschoben.", "anbei das Angebot zum Projekt 4711.", "Viele Grüße", "Rechnung Nr. 2024-88123 ist bezahlt."],
    "fr": ["Bonjour {n},", "merci pour votre réponse rapide.", "La réunion est reportée à mardi 14h.", "Ci-joint le devis du projet 4711.", "Cordialement,"],
    "es": ["Hola {n}:", "gracias por la respuesta.", "La reunión pasa al martes a las 14:00.", "Adjunto el presupuesto del proyecto 4711.", "Un saludo"],
    "pt": ["Olá {n},", "obrigado pela resposta.", "A reunião passou para terça às 14h.", "Segue o orçamento do projeto 4711.", "Abraço"],
    "pl": ["Cześć {n},", "dziękuję za szybką odpowiedź.", "Spotkanie przeniesione na wtorek 14:00.", "W załączniku oferta.", "Pozdrawiam"],
    "ru": ["Здравствуйте, {n}!", "спасибо за быстрый ответ.", "Встреча переносится на вторник, 14:00.", "Во вложении смета по проекту 4711.", "С уважением,"],
    "uk": ["Вітаю, {n}!", "дякую за швидку відповідь.", "Зустріч переноситься на вівторок, 14:00.", "У вкладенні кошторис.", "З повагою,"],
    "ko": ["안녕하세요 {n} 님,", "빠른 답변 감사합니다.", "회의는 화요일 오후 2시로 변경되었습니다.", "견적서를 첨부합니다.", "감사합니다."],
}
for more, table in ((mail_languages.SAYS, SAYS), (mail_languages.SILENT, SILENT), (mail_languages.CHAT, CHAT)):
    for language, lines in more.items():
        table[language] = table.get(language, []) + lines
NAMES = ["Kim", "Anna", "Tom", "Marie", "Jörg", "Luis", "Ewa", "Olga", "Min-su"]
FOOTER = ["--\nKim Meyer | IT Operations | +49 30 1234567", "--\nThis message may contain confidential information. If you are not the intended recipient, delete it.",
          "Sent from my phone", "Unsubscribe: https://news.acme.example/u?token=ab12", ""]
SPECIAL = [
    ("Undelivered mail", "This is the mail system at host mx.acme.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered. <kim@acme.example>: host 10.1.1.1 said: 550 5.1.1 unknown user"),
    ("Newsletter", "Top 5 tips for strong passwords!\n\n1. Use a password manager\n2. Never reuse a password\n3. Password: the longer the better\n\nUnsubscribe here."),
    ("Password policy", "Policy 7.2\n\nPasswords must have a minimum of 14 characters, at least one digit and one symbol.\nA password such as 'password' or your name is not accepted.\nDefault passwords are changed on delivery."),
    ("Reset your password", "Hello,\n\nsomeone asked to reset the password of your account. Follow this link within 24 hours:\nhttps://login.acme.example/reset\n\nIf it was not you, ignore this mail. Your password stays as it is."),
    ("Minutes", "Present: Kim, Anna, Tom\n\n1. password rotation: done by Anna\n2. token budget: 4000 EUR\n3. key dates: 12.3., 14.5.\n4. pass rate: 87%"),
]


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def password(self):
        roll = self.rng.random()
        digits = "".join(self.rng.choice(string.digits) for _ in range(self.rng.randint(1, 4)))
        word = self.rng.choice([w for w in WORDS if w.isascii()])
        if roll < 0.35:
            return word + digits + self.rng.choice(["", "!", "#", "$", "?x"])
        if roll < 0.5:
            return word.lower() + self.rng.choice("-_.") + self.rng.choice(WORDS[4:12]).lower() + digits
        if roll < 0.6:
            return word.replace("a", "@").replace("o", "0").replace("e", "3") + self.rng.choice(["!", "99", "#1"])
        if roll < 0.75:
            return "".join(self.rng.choice(string.ascii_letters + string.digits) for _ in range(self.rng.randint(8, 14)))
        if roll < 0.95:
            return self.rng.choice(string.ascii_letters) + "".join(self.rng.choice(string.ascii_letters + string.digits + "!$%&*+-=?#") for _ in range(self.rng.randint(8, 14))) + "k7"
        return word.lower() + self.rng.choice(string.ascii_lowercase) + digits

    def body(self, language, secret):
        rng = self.rng
        lines = [rng.choice(CHAT[language])] + rng.sample(CHAT[language][1:], rng.randint(1, 3))
        lines = [line.format(n=rng.choice(NAMES)) for line in lines]
        labels = []
        if secret:
            value = self.password()
            line = rng.choice(SAYS[language])
            line = self.fill(line, value)
            if rng.random() < 0.4 and not line.endswith(("V", "|")) and "\n" not in line and not line.endswith((".", ":")):
                line += rng.choice([".", ""])
            lines.insert(rng.randint(1, len(lines)), line)
            labels.append(value)
        elif rng.random() < 0.6:
            lines.insert(rng.randint(1, len(lines)), rng.choice(SILENT[language]))
        return "\n\n".join(lines) + "\n\n" + rng.choice(FOOTER), labels

    def fill(self, line, value):
        out = []
        for i, c in enumerate(line):
            alone = (i == 0 or not line[i - 1].isalpha() or not line[i - 1].isascii()) and \
                (i + 1 == len(line) or not line[i + 1].isalpha() or not line[i + 1].isascii())
            if c == "V" and alone:
                out.append(value)
            elif c == "U" and alone:
                out.append(self.rng.choice(USERS))
            elif c == "H" and alone:
                out.append(self.rng.choice(HOSTS))
            else:
                out.append(c)
        return "".join(out)

    def message(self, number):
        rng = self.rng
        language = rng.choice(["en"] * 6 + list(SAYS))
        self.language = language
        labels = []
        if rng.random() < 0.12:
            subject, text = rng.choice(SPECIAL)
        else:
            text, labels = self.body(language, rng.random() < 0.4)
            subject = rng.choice(["Re: project 4711", "access", "AW: Termin", "VPN", "quick question"])
        if rng.random() < 0.35:  # an older message, quoted
            older, more = self.body(language, rng.random() < 0.3)
            text += "\n\nOn Tue, 3 Mar 2026 at 10:12, Anna wrote:\n" + "\n".join("> " + line for line in older.splitlines())
            labels += more
        message = email.message.EmailMessage(policy=email.policy.SMTP)
        message["From"] = "Anna Berg <anna.berg@acme.example>"
        message["To"] = "kim.meyer@acme.example"
        message["Subject"] = subject
        message["Date"] = "Tue, 3 Mar 2026 10:12:00 +0000"
        message["Message-ID"] = f"<{number}.{rng.randrange(10 ** 9)}@acme.example>"
        kind = rng.random()
        if kind < 0.3:
            page = "<html><body>" + "".join("<p>" + html.escape(part).replace("\n", "<br>") + "</p>" for part in text.split("\n\n")) + "</body></html>"
            if kind < 0.12:
                message.set_content(page, subtype="html", cte="quoted-printable")
            else:
                message.set_content(text, cte="8bit")
                message.add_alternative(page, subtype="html", cte="base64")
        else:
            message.set_content(text, cte=rng.choice(["8bit", "quoted-printable", "base64"]))
        return message.as_bytes(), labels


def findings(scanner, folder):
    done = subprocess.run([scanner, "scan", "--json", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"the scanner ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    for line in done.stdout.splitlines():
        if line.startswith(b"{"):
            found = json.loads(line)
            if "offset" in found:
                yield found


def part_of(message, section):
    node = message
    if not message.is_multipart():
        return message
    for step in section.split("."):
        if not step.isdigit() or not node.is_multipart():
            return node
        node = node.get_payload()[int(step) - 1]
    return node


def value_of(folder, found):
    """The bytes that a finding names, and those around."""
    steps = found["item"].split("!/")
    path = os.path.join(os.path.dirname(os.path.abspath(folder)), steps[0])
    with open(path, "rb") as file:
        raw = file.read()
    data = raw
    if len(steps) > 1:
        section = next((step for step in steps[1:] if step.replace(".", "").isdigit()), "1")
        payload = part_of(email.message_from_bytes(raw), section).get_payload(decode=True)
        data = payload if payload is not None else raw
    begin, end = found["offset"], found["offset"] + found["length"]
    around = data[max(0, begin - 60):end + 30]
    return html.unescape(data[begin:end].decode("utf-8", "replace")), around.decode("utf-8", "replace").replace("\n", " ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scanner", default="build/release/dislodge")
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", help="folder of real messages that hold no secret")
    parser.add_argument("--list", action="store_true", help="list what was missed and what was named wrongly")
    options = parser.parse_args()

    if options.clean:
        count = sum(len(names) for _, _, names in os.walk(options.clean))
        hits = list(findings(options.scanner, options.clean))
        messages = len({found["item"].split("!/")[0] for found in hits})
        rules = collections.Counter(found["rule"] for found in hits)
        if options.list:
            for found in hits:
                value, around = value_of(options.clean, found)
                print(f"{found['rule']:<24} {found['confidence']:.2f} {found['item'][-40:]}: {around.strip()}")
        print(f"{len(hits)} findings in {messages} of {count} messages: {1000 * messages / max(count, 1):.2f} in 1,000   {dict(rules)}")
        return

    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "mail")
        os.mkdir(folder)
        labels = {}
        language_of = {}
        table = collections.defaultdict(collections.Counter)  # by language
        maker = Maker(random.Random(options.seed))
        for number in range(options.messages):
            raw, values = maker.message(number)
            name = f"{number:06d}.eml"
            labels[name] = values
            language_of[name] = maker.language
            with open(os.path.join(folder, name), "wb") as file:
                file.write(raw)
        named = collections.defaultdict(list)
        for found in findings(options.scanner, folder):
            value, around = value_of(folder, found)
            named[found["item"].split("!/")[0].rsplit("/", 1)[-1]].append((value, around, found))
        right = missed = wrong = dirty = 0
        for name, values in labels.items():
            got = named.get(name, [])
            counts = table[language_of[name]]
            counts["clean"] += not values
            for value in set(values):
                if any(value == one or value == one.rstrip(".") for one, _, _ in got):
                    right += 1
                    counts["right"] += 1
                else:
                    missed += 1
                    counts["missed"] += 1
                    if options.list:
                        with open(os.path.join(folder, name), "rb") as file:
                            body = email.message_from_bytes(file.read(), policy=email.policy.default).get_body(("plain", "html"))
                        lines = [line for line in body.get_content().splitlines() if html.escape(value) in line or value in line]
                        print(f"missed {value} in {name}: {' | '.join(lines)[:160]}")
            bad = [(value, around, found) for value, around, found in got if value not in values and value.rstrip(".") not in values]
            wrong += len(bad)
            dirty += 1 if bad and not values else 0
            counts["wrong"] += len(bad)
            counts["dirty"] += bool(bad and not values)
            if options.list:
                for value, around, found in bad:
                    print(f"wrong {value!r} {found['rule']} {found['confidence']:.2f} in {name}: {around.strip()}")
        clean = sum(1 for values in labels.values() if not values)
        print(f"{'language':10} {'passwords':>9} {'recall':>7} {'wrong':>6} {'dirty of clean':>15}")
        for language, counts in sorted(table.items()):
            passwords = counts["right"] + counts["missed"]
            print(f"{language:10} {passwords:9} {counts['right'] / max(passwords, 1):7.3f} {counts['wrong']:6} "
                  f"{counts['dirty']:7} of {counts['clean']:4}")
        print(f"{options.messages} messages, {right + missed} passwords: precision {right / max(right + wrong, 1):.3f} "
              f"recall {right / max(right + missed, 1):.3f}; false alarms in {dirty} of {clean} messages without secrets")


if __name__ == "__main__":
    main()
