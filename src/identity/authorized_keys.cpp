#include "identity/authorized_keys.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/listing_writer.hpp"

namespace dislodge::identity::authorized_keys {
namespace {

constexpr std::size_t kLookBytes = 16u << 10;
constexpr std::string_view kAlgorithms[] = {"ssh-rsa ",
                                            "ssh-dss ",
                                            "ssh-ed25519 ",
                                            "ecdsa-sha2-nistp256 ",
                                            "ecdsa-sha2-nistp384 ",
                                            "ecdsa-sha2-nistp521 ",
                                            "sk-ssh-ed25519@openssh.com ",
                                            "sk-ecdsa-sha2-nistp256@openssh.com "};

struct Line {
  std::string_view options, key, comment;
};

// Options come first and may hold quoted blanks: the key begins at an algorithm behind a blank or the start.
bool parse(std::string_view line, Line &out) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
    if (quoted || (i > 0 && line[i - 1] != ' ' && line[i - 1] != '\t')) continue;
    for (const std::string_view algorithm : kAlgorithms) {
      if (!line.substr(i).starts_with(algorithm)) continue;
      out.options = base::trim(line.substr(0, i));
      const std::string_view rest = line.substr(i);
      const std::size_t blob = rest.find(' ') + 1, end = rest.find_first_of(" \t\r", blob);
      out.key = rest.substr(0, end);
      out.comment = end == std::string_view::npos ? std::string_view() : base::trim(rest.substr(end));
      return !ListingWriter::ssh_fingerprint(out.key).empty();
    }
    if (out.options.empty() && i > 4096) return false;
  }
  return false;
}

// The value of an option ("" where it has none); nothing where it is not among them. Commas and names within
// quotes are a value's.
std::optional<std::string_view> option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < options.size() && (quoted || options[end] != ','); ++end)
      if (options[end] == '"' && (end == 0 || options[end - 1] != '\\')) quoted = !quoted;
    const std::string_view one = base::trim(options.substr(0, end));
    options.remove_prefix(std::min(end + 1, options.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    if (!base::equal_ignoring_case(one.substr(0, equals), wanted)) continue;
    std::string_view value = one.substr(std::min(equals + 1, one.size()));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

// expiry-time="YYYYMMDD[HHMM[SS]][Z]", in the time of the server where no Z says UTC: that may be half a day
// behind.
base::Time expiry(std::string_view text) {
  const bool utc = !text.empty() && (text.back() == 'Z' || text.back() == 'z');
  if (utc) text.remove_suffix(1);
  if (text.size() != 8 && text.size() != 12 && text.size() != 14) return base::kTimeMax;
  const std::string digits = std::string(text) + std::string(14 - text.size(), '0');
  const auto part = [&](std::size_t at, std::size_t size) { return digits.substr(at, size); };
  const auto time = base::parse_time(fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2),
                                                 part(8, 2), part(10, 2), part(12, 2)));
  if (!time) return base::kTimeMax;
  return utc ? *time : *time + 12 * base::kHour;
}

template <typename Each>
void each_line(std::string_view bytes, Each &&each) {
  std::size_t number = 0;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    each(base::trim(bytes.substr(0, end)), ++number);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

// "host1/home/alice/.ssh/authorized_keys" is alice of host1.
struct Account {
  std::string host, user;
};
Account account_of(std::string_view path) {
  Account account;
  const std::size_t ssh = path.rfind("/.ssh/");
  if (ssh == std::string_view::npos) return account;
  const std::string_view home = path.substr(0, ssh);
  const std::size_t slash = home.rfind('/');
  account.user = home.substr(slash == std::string_view::npos ? 0 : slash + 1);
  std::string_view above = slash == std::string_view::npos ? std::string_view() : home.substr(0, slash);
  if (above.ends_with("/home")) above.remove_suffix(5);
  if (above.ends_with("/Users")) above.remove_suffix(6);
  account.host =
      above.substr(above.find_last_of("/!") == std::string_view::npos ? 0 : above.find_last_of("/!") + 1);
  return account;
}

}  // namespace

bool recognises(std::string_view bytes) {
  std::size_t keys = 0, others = 0;
  each_line(bytes.substr(0, kLookBytes), [&](std::string_view line, std::size_t) {
    Line parsed;
    if (line.empty() || line.front() == '#') return;
    parse(line, parsed) ? ++keys : ++others;
  });
  return keys > others;
}

void read(const evidence::ItemView &item, Facts &out) {
  ListingWriter writer(out);
  const Account account = account_of(item.path);
  const std::string id = account.user.empty()
                             ? "principal:ssh-account/" + base::lower(item.path)
                             : "principal:ssh-account/" + base::lower(account.host + "/" + account.user);
  each_line(item.bytes, [&](std::string_view line, std::size_t number) {
    Line parsed;
    if (line.empty() || line.front() == '#' || !parse(line, parsed)) return;
    Row row;
    row.evidence = fmt::format("{}:line {}", item.path, number);
    const std::string print = ListingWriter::ssh_fingerprint(parsed.key);
    const std::string key = ssh_key_principal(print);
    Principal &p = writer.principal(row, key, PrincipalKind::key, parsed.comment);
    ListingWriter::add_name(p, print);
    ListingWriter::add_name(p, parsed.comment);
    Credential &credential = writer.credential(row, key, "ssh-key", print);
    credential.thumbprint = print;
    credential.name = parsed.comment;
    Principal &owner = writer.principal(
        row, id, PrincipalKind::account,
        account.user.empty() ? std::string(item.path)
                             : account.user + (account.host.empty() ? "" : " on " + account.host));
    ListingWriter::add_name(owner, id.substr(id.find('/') + 1));
    // An authority's key does not sign in: it signs certificates that do.
    const bool authority = option(parsed.options, "cert-authority").has_value();
    Grant &grant = writer.grant(row, authority ? "authorized-authority" : "authorized-key", key, id);
    if (const auto end = option(parsed.options, "expiry-time")) {
      grant.valid.until = expiry(*end);
      grant.end_known = grant.valid.until != base::kTimeMax;
    }
  });
}

}  // namespace dislodge::identity::authorized_keys
