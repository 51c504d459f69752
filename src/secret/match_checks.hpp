#pragma once
// Checks that look at what stands around the secret in its match, or into what it decodes to: a key's text
// that is some other number (a revision, a path of a URL, the token of a form), or no value at all. Each is
// one of the named checks of checks.hpp; their definitions are in rules/secrets/README.md.

#include <string_view>

namespace dislodge::secret {

// "csrf-token", "authenticity_token", "__VIEWSTATE": a form's token is worth nothing without the session it
// is for.
bool not_page_token(std::string_view secret, std::string_view match);
// "Gitea commit: 9f86d0...", "sha256 of ...": a name of contents, not a key to them.
bool not_revision(std::string_view secret, std::string_view match);
// "https://x.notion.site/API-BD80...": the last step of a path.
bool not_url_path(std::string_view secret, std::string_view match);
// "X-Mailgun-Sid: WyI2Yz...": what a sender of mail writes into each of its messages to count them by.
bool not_mail_tag(std::string_view secret, std::string_view match);
// Whether a place of a text is in a header field in which a sender or its service keeps its own books:
// "X-SMTPAPI: {"unique_args": {"token": ...}}". What is called a key there numbers messages.
bool in_field_of_books(std::string_view text, std::size_t at);
// "ReCaptcha site key 6Lc...", "publishableKey: ...": the half that every visitor of the page is given.
bool not_public_half(std::string_view secret, std::string_view match);
// "your_api_key_here_...": words that say what should stand there.
bool not_template(std::string_view secret, std::string_view match);
// Base64 of at least four bytes which are no placeholder themselves, or not base64 at all (`stringData`).
bool kubernetes_value(std::string_view secret, std::string_view match);
// Grafana's old keys: base64 of an object with the members k, n and id (grafana, pkg/components/apikeygen).
bool grafana_key(std::string_view secret, std::string_view match);

// Whether a value under a vendor's name is nearly what that vendor issues, and is not: "1337:Aufah..." as
// telegram_token. Only forms that the vendor documents; any other value may be a password.
bool breaks_issued_form(std::string_view name, std::string_view value);
// "https://x/reset?token=...": links that a newsletter or a help desk mails are spent by the first click.
bool not_mailed_link(std::string_view secret, std::string_view match);

}  // namespace dislodge::secret
