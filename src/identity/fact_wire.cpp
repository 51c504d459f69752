// Facts between processes and in the case file. A directory of half a million users repeats the same ids and
// paths millions of times, so within a piece each distinct text is written once and then named by its number,
// evidence is written as place and line, and the digest of a grant's id as its 16 bytes. Pieces simply follow
// each other: a reader that gives up what it has found so far (FactSpill) writes the next one behind.

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {
namespace {

constexpr std::uint64_t kWireVersion = 2;
// An id of a hundred bytes may stand behind a number of one byte.
constexpr std::uint64_t kTextPerByte = 200, kTextAlways = 1u << 20;
constexpr std::string_view kGrant = "grant:";
constexpr std::string_view kHex = "0123456789abcdef";

int digit(char c) {
  const auto at = kHex.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

class Writer {
 public:
  explicit Writer(base::WireWriter &out) : out_(out) {}

  void number(std::uint64_t value) { out_.number(value); }
  void flag(bool value) { out_.flag(value); }
  void real(double value) { out_.real(value); }
  // A text that occurs again and again: its number, or 0 and the text where it is new.
  void text(std::string_view value) {
    const auto [at, fresh] = known_.try_emplace(value, known_.size() + 1);
    if (!fresh) {
      out_.number(at->second);
      return;
    }
    out_.number(0);
    out_.text(value);
  }
  // A text that occurs once.
  void own(std::string_view value) { out_.text(value); }
  // "dump.json:line 812" is a place that repeats and a line that does not.
  void evidence(std::string_view value) {
    std::size_t digits = 0;
    while (digits < 18 && digits < value.size() && value[value.size() - 1 - digits] >= '0' &&
           value[value.size() - 1 - digits] <= '9')
      ++digits;
    while (digits > 0 && value[value.size() - digits] == '0') --digits;  // leading zeros belong to the text
    std::uint64_t line = 0;
    std::from_chars(value.data() + value.size() - digits, value.data() + value.size(), line);
    text(value.substr(0, value.size() - digits));
    out_.number(digits == 0 ? 0 : line);
  }
  void grant_id(std::string_view id) {
    const bool digest = id.size() == kGrant.size() + 32 && id.starts_with(kGrant) &&
                        id.find_first_not_of(kHex, kGrant.size()) == std::string_view::npos;
    out_.flag(digest);
    if (!digest) {
      own(id);
      return;
    }
    std::string raw;
    for (std::size_t i = kGrant.size(); i < id.size(); i += 2)
      raw += static_cast<char>(digit(id[i]) << 4 | digit(id[i + 1]));
    own(raw);
  }
  void interval(const base::Interval &one) {
    const bool from = one.from != base::kTimeMin, until = one.until != base::kTimeMax;
    out_.number((from ? 1u : 0u) | (until ? 2u : 0u));
    if (from) out_.time(one.from);
    if (until) out_.time(one.until);
  }
  void intervals(const std::vector<base::Interval> &list) {
    out_.list(list, [&](const base::Interval &one) { interval(one); });
  }
  template <typename List, typename Each>
  void list(const List &items, Each &&each) {
    out_.list(items, std::forward<Each>(each));
  }

 private:
  base::WireWriter &out_;
  std::unordered_map<std::string_view, std::uint64_t> known_;
};

// A message of several pieces, and how far it is read.
struct Message {
  explicit Message(std::string_view all)
      : bytes(all), budget(kTextPerByte * all.size() + kTextAlways), at(all.data()) {}

  std::string_view bytes;
  // Bytes of text that numbers may still stand for, so that a short message of a worker that was taken over
  // cannot become any amount of memory.
  std::uint64_t budget;
  const char *at;                                              // behind the last text that was new
  std::unordered_map<const void *, const char *> begins = {};  // where lists began
};

class Reader {
 public:
  Reader(base::WireReader &in, Message &message) : in_(in), message_(message) {}

  std::uint64_t number() { return in_.number(); }
  bool flag() { return in_.flag(); }
  double real() { return in_.real(); }
  std::string text() { return std::string(shared()); }
  std::string own() { return std::string(in_.text()); }
  std::string evidence() {
    const std::string_view place = shared();
    const std::uint64_t line = in_.number();
    if (line == 0) return std::string(place);
    char digits[20];
    const auto length =
        static_cast<std::size_t>(std::to_chars(std::begin(digits), std::end(digits), line).ptr - digits);
    std::string value;
    value.reserve(place.size() + length);
    return value.append(place).append(digits, length);
  }
  std::string grant_id() {
    if (!in_.flag()) return own();
    const std::string_view digest = in_.text();
    std::string id(kGrant.size() + 2 * digest.size(), '\0');
    char *to = std::copy(kGrant.begin(), kGrant.end(), id.data());
    for (const char byte : digest) {
      *to++ = kHex[static_cast<unsigned char>(byte) >> 4];
      *to++ = kHex[static_cast<unsigned char>(byte) & 15];
    }
    return id;
  }
  base::Interval interval() {
    base::Interval one;
    const std::uint64_t known = in_.number();
    if (known & 1) one.from = in_.time();
    if (known & 2) one.until = in_.time();
    return one;
  }
  std::vector<base::Interval> intervals() {
    std::vector<base::Interval> list;
    in_.list([&] { list.push_back(interval()); });
    return list;
  }
  template <typename Each>
  void list(Each &&each) {
    in_.list([&] {
      if (!broken_) each();
    });
  }
  // A list into a vector, which is made as long as it will be: where a further piece goes on with it, as long
  // as the pieces so far let expect of those to come. An element takes `least` bytes or more, so that a count
  // that is a lie makes no room for more than there are bytes.
  template <typename T, typename Each>
  void list(std::vector<T> &into, std::size_t least, Each &&each) {
    const std::uint64_t count = in_.number();
    const std::size_t wanted =
        into.size() + static_cast<std::size_t>(std::min<std::uint64_t>(count, message_.bytes.size() / least));
    const char *const began = message_.begins.try_emplace(&into, message_.at).first->second;
    if (wanted > into.capacity()) {
      const auto done = static_cast<std::size_t>(message_.at - began);
      const auto left = static_cast<std::size_t>(message_.bytes.data() + message_.bytes.size() - message_.at);
      const std::size_t expected =
          into.empty() || done == 0
              ? 0
              : into.size() + std::min(left / least, left * 17 / 16 / (done / into.size() + 1));
      into.reserve(std::max({wanted, into.capacity() * 2, expected}));
    }
    for (std::uint64_t i = 0; i < count && ok(); ++i) each(into.emplace_back());
  }
  bool ok() const { return in_.ok() && !broken_; }

 private:
  std::string_view shared() {
    const std::uint64_t at = in_.number();
    if (at == 0) {
      const std::string_view fresh = known_.emplace_back(in_.text());
      if (!fresh.empty()) message_.at = fresh.data() + fresh.size();
      return fresh;
    }
    if (at > known_.size() || known_[at - 1].size() > message_.budget) {
      broken_ = true;
      return {};
    }
    message_.budget -= known_[at - 1].size();
    return known_[at - 1];
  }

  base::WireReader &in_;
  Message &message_;
  std::vector<std::string_view> known_;
  bool broken_ = false;
};

void write_rights(Writer &out, const Facts &facts) {
  out.list(facts.principals, [&](const Principal &p) {
    out.text(p.id);
    out.number(static_cast<std::uint64_t>(p.kind));
    out.text(p.name);
    out.list(p.names, [&](const std::string &name) { out.text(name); });
    out.text(p.tenant);
    out.list(p.attributes, [&](const auto &attribute) {
      out.text(attribute.first);
      out.text(attribute.second);
    });
    out.evidence(p.evidence);
  });
  out.list(facts.resources, [&](const Resource &r) {
    for (const std::string *text : {&r.id, &r.kind, &r.name, &r.held_in}) out.text(*text);
    out.evidence(r.evidence);
  });
  out.list(facts.grants, [&](const Grant &g) {
    out.grant_id(g.id);
    for (const std::string *text : {&g.kind, &g.from, &g.to}) out.text(*text);
    out.interval(g.valid);
    out.number((g.start_known ? 1u : 0u) | (g.end_known ? 2u : 0u));
    out.intervals(g.used);
    out.evidence(g.evidence);
  });
  out.list(facts.credentials, [&](const Credential &c) {
    out.own(c.id);
    for (const std::string *text : {&c.principal, &c.slot}) out.text(*text);
    for (const std::string *text : {&c.key_id, &c.hint, &c.thumbprint, &c.name}) out.own(*text);
    out.interval(c.valid);
    out.evidence(c.evidence);
  });
}

void write_secrets(Writer &out, const Facts &facts) {
  out.list(facts.bindings, [&](const Binding &b) {
    for (const std::string *text : {&b.secret, &b.principal, &b.slot, &b.credential}) out.text(*text);
    out.interval(b.valid);
    out.real(b.strength);
    out.text(b.why);
    out.intervals(b.used);
    out.evidence(b.evidence);
  });
  out.list(facts.presences, [&](const Presence &p) {
    out.text(p.secret);
    out.text(p.resource);
    out.interval(p.valid);
    out.text(p.message_id);
    out.evidence(p.evidence);
  });
  out.list(facts.exposures, [&](const Exposure &e) {
    out.text(e.resource);
    out.interval(e.interval);
    out.flag(e.confirmed);
    out.text(e.message_id);
    out.evidence(e.evidence);
  });
  out.list(facts.unlocks, [&](const Unlock &u) {
    for (const std::string *text : {&u.cipher, &u.key, &u.secret}) out.text(*text);
    out.evidence(u.evidence);
  });
}

void read_rights(Reader &in, Facts &facts) {
  in.list(facts.principals, 8, [&](Principal &p) {
    p.id = in.text();
    const std::uint64_t kind = in.number();
    p.kind = kind <= static_cast<std::uint64_t>(PrincipalKind::other) ? static_cast<PrincipalKind>(kind)
                                                                      : PrincipalKind::other;
    p.name = in.text();
    in.list([&] { p.names.push_back(in.text()); });
    p.tenant = in.text();
    in.list([&] {
      // They come in the order of their names.
      std::string key = in.text();
      p.attributes.insert_or_assign(p.attributes.end(), std::move(key), in.text());
    });
    p.evidence = in.evidence();
  });
  in.list(facts.resources, 6, [&](Resource &r) {
    for (std::string *text : {&r.id, &r.kind, &r.name, &r.held_in}) *text = in.text();
    r.evidence = in.evidence();
  });
  in.list(facts.grants, 9, [&](Grant &g) {
    g.id = in.grant_id();
    for (std::string *text : {&g.kind, &g.from, &g.to}) *text = in.text();
    g.valid = in.interval();
    const std::uint64_t known = in.number();
    g.start_known = (known & 1) != 0;
    g.end_known = (known & 2) != 0;
    g.used = in.intervals();
    g.evidence = in.evidence();
  });
  in.list(facts.credentials, 10, [&](Credential &c) {
    c.id = in.own();
    for (std::string *text : {&c.principal, &c.slot}) *text = in.text();
    for (std::string *text : {&c.key_id, &c.hint, &c.thumbprint, &c.name}) *text = in.own();
    c.valid = in.interval();
    c.evidence = in.evidence();
  });
}

void read_secrets(Reader &in, Facts &facts) {
  in.list(facts.bindings, 9, [&](Binding &b) {
    for (std::string *text : {&b.secret, &b.principal, &b.slot, &b.credential}) *text = in.text();
    b.valid = in.interval();
    b.strength = in.real();
    b.why = in.text();
    b.used = in.intervals();
    b.evidence = in.evidence();
  });
  in.list(facts.presences, 6, [&](Presence &p) {
    p.secret = in.text();
    p.resource = in.text();
    p.valid = in.interval();
    p.message_id = in.text();
    p.evidence = in.evidence();
  });
  in.list(facts.exposures, 6, [&](Exposure &e) {
    e.resource = in.text();
    e.interval = in.interval();
    e.confirmed = in.flag();
    e.message_id = in.text();
    e.evidence = in.evidence();
  });
  in.list(facts.unlocks, 5, [&](Unlock &u) {
    for (std::string *text : {&u.cipher, &u.key, &u.secret}) *text = in.text();
    u.evidence = in.evidence();
  });
}

}  // namespace

void Facts::encode(base::WireWriter &out) const {
  out.number(kWireVersion);
  Writer writer(out);
  write_rights(writer, *this);
  write_secrets(writer, *this);
}

base::Result<Facts> Facts::decode(std::string_view bytes) {
  base::WireReader in(bytes);
  Message message(bytes);
  Facts facts;
  do {
    if (in.number() != kWireVersion) {
      return base::fail(base::ErrorKind::internal, "facts: written by another version of dislodge");
    }
    Reader reader(in, message);
    read_rights(reader, facts);
    read_secrets(reader, facts);
    if (!reader.ok())
      return base::fail(base::ErrorKind::internal, "facts: a message between processes is damaged");
  } while (!in.at_end());
  DISLODGE_TRY(in.finish("facts"));
  return facts;
}

}  // namespace dislodge::identity
