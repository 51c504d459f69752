// Listings of AWS, and of people and rights written by hand.

#include <algorithm>
#include <charconv>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/listing_shapes.hpp"
#include "secret/checks.hpp"

namespace dislodge::identity::listings {
namespace {

using base::lower;

// The report names each user, not the ids of the keys: dates only (docs.aws.amazon.com, credential reports).
void aws_credentials(const Row &row, ListingWriter &out) {
  const std::string_view arn = row["arn"];  // arn:aws:iam::123456789012:user/name
  const std::size_t at = arn.find("::");
  if (at == std::string_view::npos) return;
  const std::string_view rest = arn.substr(at + 2);
  const std::string account(rest.substr(0, rest.find(':')));
  const bool root = row["user"] == "<root_account>" || arn.ends_with(":root");
  const std::string name = root ? "root" : lower(row["user"]);
  const std::string id = "principal:aws/" + account + "/" + (root ? "root" : "user/" + name);
  Principal &p =
      out.principal(row, id, PrincipalKind::user, root ? "root of " + account : std::string(row["user"]));
  ListingWriter::add_name(p, arn);
  ListingWriter::attribute(p, "created", row["user_creation_time"]);
  ListingWriter::attribute(p, "factors", row.flag("mfa_active") ? "mfa" : "none");
  const auto known = [&](std::string_view column) {
    const std::string_view value = row[column];
    return value == "N/A" || value == "no_information" || value == "not_supported" ? std::string_view()
                                                                                   : value;
  };
  ListingWriter::attribute(p, "last-sign-in", known("password_last_used"));
  ListingWriter::attribute(p, "last-password-change", known("password_last_changed"));
  if (root) out.grant(row, "aws-administrator", id, "principal:aws/" + account);
  for (const std::string number : {"1", "2"}) {
    if (!row.flag("access_key_" + number + "_active")) continue;
    Credential &one = out.credential(row, id, "access-key", "credential report, key " + number);
    one.name = "access key " + number;
    one.valid.from =
        base::parse_time(known("access_key_" + number + "_last_rotated")).value_or(base::kTimeMin);
  }
  for (const std::string number : {"1", "2"}) {  // X.509, for SOAP and old tools
    if (!row.flag("cert_" + number + "_active")) continue;
    Credential &one = out.credential(row, id, "certificate", "credential report, certificate " + number);
    one.name = "signing certificate " + number;
    one.valid.from = base::parse_time(known("cert_" + number + "_last_rotated")).value_or(base::kTimeMin);
  }
}

// aws iam list-access-keys: the account stands inside the key's id.
void aws_access_key(const Row &row, ListingWriter &out) {
  const std::string_view key = row["accesskeyid"];
  const auto account = secret::aws_account_of(key);
  if (!account || row["username"].empty()) return;
  const std::string id = "principal:aws/" + *account + "/user/" + lower(row["username"]);
  Principal &p = out.principal(row, id, PrincipalKind::user, row["username"]);
  ListingWriter::add_name(p, "arn:aws:iam::" + *account + ":user/" + std::string(row["username"]));
  Credential &one = out.credential(row, id, "access-key", key);
  one.key_id = lower(key);
  one.valid.from = base::parse_time(row["createdate"]).value_or(base::kTimeMin);
  if (lower(row["status"]) == "inactive") one.name = "inactive when listed";
}

// A right of anything on anything: kinds of rules/rights, ids or names.
void right(const Row &row, ListingWriter &out) {
  const auto id = [](std::string_view text) {
    const bool known = text.starts_with("principal:") || text.starts_with("resource:");
    return known ? lower(text) : "principal:local/" + lower(text);
  };
  const std::string_view kind = row["right"].empty() ? row["kind"] : row["right"];
  if (row["from"].empty() || row["to"].empty() || kind.empty()) {
    out.unplaced("rights that say no holder, no kind or no thing", row.evidence);
    return;
  }
  const std::string from = id(row["from"]), to = id(row["to"]);
  for (const auto &[text, name] : {std::pair(&from, row["from"]), std::pair(&to, row["to"])}) {
    if (text->starts_with("principal:local/"))
      ListingWriter::add_name(out.principal(row, *text, PrincipalKind::account, name), name);
  }
  Grant &grant = out.grant(row, kind, from, to);
  out.since(grant, row["since"], row["until"]);
  if ((!row["since"].empty() && !grant.start_known) || (!row["until"].empty() && !grant.end_known))
    out.unplaced("rights whose since or until is no date that can be read, so that they count as always held",
                 row.evidence);
}

// Who people are: an address, and what they do.
void person(const Row &row, ListingWriter &out) {
  std::string_view address = row["email"];
  if (address.empty()) address = row["mail"];
  if (!looks_like_address(address)) return;
  Principal &p = out.principal(row, named("people", address), PrincipalKind::user,
                               row["name"].empty() ? row["displayname"] : row["name"]);
  p.id = "principal:people/" + lower(address);
  ListingWriter::add_name(p, address);
  for (const std::string_view alias : row.list("aliases")) ListingWriter::add_name(p, alias);
  for (const char *column : {"title", "department", "seniority", "manager", "company", "role"})
    ListingWriter::attribute(p, column, row[column]);
}

constexpr Shape kShapes[] = {
    {"AWS credential report", "user arn user_creation_time access_key_1_active", aws_credentials},
    {"AWS access keys", "username accesskeyid status", aws_access_key},
    {"rights", "from right|kind to", right},
    {"people", "email|mail name|displayname department|title", person},
};

}  // namespace

std::span<const Shape> other_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings
