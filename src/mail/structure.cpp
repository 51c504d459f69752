#include "mail/structure.hpp"

#include <algorithm>
#include <cstring>

#include "base/encode.hpp"
#include "mail/find.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kBoundariesMax = 8;  // of one multipart, when its header contradicts itself

struct Frame {
  std::vector<std::string> boundaries = {};  // empty for a nested message
  std::string prefix = {};                   // of its parts' sections: "", "2.", "2.1."
  std::uint32_t number = 0;                  // of the last part
  std::uint32_t message = 0;
  bool digest = false;
  bool encrypted = false;
};

struct Delimiter {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind its line
  std::size_t frame = 0;
  bool found = false;
  bool closing = false;
};

// An entity about to be read: a message's own body, or a part.
struct Entity {
  std::string section = {};  // what it is called if it is a leaf
  std::string prefix = {};   // what its parts' sections begin with if it is a multipart
  std::uint32_t message = 0;
  bool is_message = false;
  bool digest = false;
  bool encrypted = false;
};

class Walker {
 public:
  Walker(std::string_view bytes, const base::Limits &limits, Structure &out)
      : bytes_(bytes), limits_(limits), out_(out) {}

  void run() {
    out_.messages.push_back({});
    Entity entity{.section = "1", .is_message = true};
    std::size_t at = 0;
    while (true) {
      const Delimiter after = read_entity(entity, at);
      if (nested_) {  // a nested message begins right where its part's body does
        nested_ = false;
        entity = next_;
        at = after.end;
        continue;
      }
      if (!next_part(after, entity, at)) break;
    }
  }

 private:
  // Reads the header at `at` and whatever belongs to the entity up to the next delimiter.
  Delimiter read_entity(const Entity &entity, std::size_t at) {
    ++entities_;
    HeaderBlock headers = read_headers(bytes_, at, limits_);
    const std::size_t body = headers.body;
    if (!entity.is_message && !headers.bytes.empty()) out_.part_headers.push_back(headers.bytes);
    Part part;
    part.section = entity.section;
    part.message = entity.message;
    part.header = headers.bytes;
    part.of_encrypted = entity.encrypted;
    std::vector<std::string> boundaries;
    describe(headers, entity, part, boundaries);
    if (entity.is_message) out_.messages[entity.message].headers = std::move(headers);

    if (entities_ > limits_.mime_parts_max) {
      part.cut = Cut::too_many;
      part.body = bytes_.substr(body);
      out_.parts.push_back(std::move(part));
      return {};
    }
    const bool multipart = part.type.value.starts_with("multipart/");
    const bool deep = frames_.size() >= limits_.mime_depth_max;
    if (multipart) {
      if (boundaries.empty()) guess_boundary(body, boundaries);
      if (!boundaries.empty()) {
        if (!deep) {
          frames_.push_back({.boundaries = std::move(boundaries),
                             .prefix = entity.is_message ? entity.prefix : entity.section + ".",
                             .message = entity.message,
                             .digest = part.type.value == "multipart/digest",
                             .encrypted = part.type.value == "multipart/encrypted"});
          const std::size_t own = frames_.size() - 1;
          Delimiter first = next_delimiter(body);
          if (!first.found || first.frame != own) {
            // The boundary that it names does not occur: perhaps another does.
            std::vector<std::string> guessed;
            guess_boundary(body, guessed);
            if (!guessed.empty()) {
              frames_.back().boundaries = std::move(guessed);
              first = next_delimiter(body);
            }
          }
          if (first.found && first.frame == own) {
            loose(body, first.begin);
            return first;
          }
          // It has no part: what stands there is its text.
          frames_.pop_back();
          first = next_delimiter(body);
          part.body = until(body, first);
          out_.parts.push_back(std::move(part));
          return first;
        }
        part.cut = Cut::too_deep;
      }
    } else if (is_nested_message(part)) {
      if (!deep) {
        MessageEntity nested;
        nested.section = entity.section;
        nested.declared = std::move(part.type);
        out_.messages.push_back(std::move(nested));
        const auto index = static_cast<std::uint32_t>(out_.messages.size() - 1);
        frames_.push_back({.prefix = {}, .message = index});
        next_ = {.section = entity.section + ".1",
                 .prefix = entity.section + ".",
                 .message = index,
                 .is_message = true};
        nested_ = true;
        return {.end = body};
      }
      part.cut = Cut::too_deep;
    }
    const Delimiter after = next_delimiter(body);
    part.body = until(body, after);
    out_.parts.push_back(std::move(part));
    return after;
  }

  // Goes on behind a delimiter: to the next part of its multipart, or through epilogues outwards.
  bool next_part(Delimiter after, Entity &entity, std::size_t &at) {
    while (after.found) {
      frames_.resize(after.frame + 1);
      Frame &frame = frames_.back();
      if (!after.closing) {
        ++frame.number;
        entity = {.section = frame.prefix + std::to_string(frame.number),
                  .message = frame.message,
                  .digest = frame.digest,
                  .encrypted = frame.encrypted};
        at = after.end;
        return true;
      }
      // The frame stays open: parts behind the closing delimiter are wrong, and do occur.
      const Delimiter next = next_delimiter(after.end);
      loose(after.end, next.begin);
      after = next;
    }
    return false;
  }

  void describe(const HeaderBlock &headers, const Entity &entity, Part &part,
                std::vector<std::string> &boundaries) {
    std::string_view location;
    for (const Field &field : headers.fields) {
      if (field.name.size() < 8 || (field.name[0] | 32) != 'c') continue;
      if (base::equal_ignoring_case(field.name, "content-type")) {
        ParameterField type = parse_parameters(field.value, limits_);
        if (const std::string_view boundary = type.get("boundary");
            !boundary.empty() && boundaries.size() < kBoundariesMax) {
          for (const auto &[name, value] : type.parameters)
            if (name == "boundary" && !value.empty() && boundaries.size() < kBoundariesMax)
              boundaries.emplace_back(value.substr(0, value.find_last_not_of(" \t") + 1));
        }
        if (type.value == "multipart") type.value = "multipart/mixed";
        // Of several types, the one that says more counts: a multipart, else the first with a subtype.
        const bool better = !part.typed || (type.value.starts_with("multipart/") &&
                                            !part.type.value.starts_with("multipart/"));
        if (better && type.value.find('/') != std::string::npos) {
          part.type = std::move(type);
          part.typed = true;
        } else if (!part.typed) {
          part.type.parameters = std::move(type.parameters);
          if (base::equal_ignoring_case(type.value, "html")) part.type.value = "text/html";
        }
      } else if (base::equal_ignoring_case(field.name, "content-transfer-encoding")) {
        std::string encoding = base::lower(unfold(field.value));
        encoding = encoding.substr(0, encoding.find_first_of(" \t;("));
        while (!encoding.empty() && (encoding.front() == '"' || encoding.front() == '\''))
          encoding.erase(0, 1);
        while (!encoding.empty() && (encoding.back() == '"' || encoding.back() == '\'')) encoding.pop_back();
        if (part.encoding.empty())
          part.encoding = std::move(encoding);
        else if (encoding != part.encoding)
          part.other_encoding = std::move(encoding);
      } else if (base::equal_ignoring_case(field.name, "content-disposition")) {
        if (part.disposition.value.empty()) part.disposition = parse_parameters(field.value, limits_);
      } else if (base::equal_ignoring_case(field.name, "content-description")) {
        part.description = header_text(field.value);
      } else if (base::equal_ignoring_case(field.name, "content-location")) {
        location = field.value;
      }
    }
    part.name = part.disposition.get("filename");
    if (part.name.empty()) part.name = part.type.get("name");
    if (part.name.empty() && !location.empty() && part.type.value.find("text/") != 0)
      part.name = header_text(location);
    if (part.type.value.empty()) part.type.value = entity.digest ? "message/rfc822" : "text/plain";
  }

  static bool is_nested_message(const Part &part) {
    const std::string &type = part.type.value;
    // The first piece of a message that was sent in pieces begins with its header.
    if (type == "message/partial") return part.type.get("number") == "1";
    if (type != "message/rfc822" && type != "message/global" && type != "message/news") return false;
    // An encoded message is forbidden and occurs: it is decoded and read as an item of its own.
    return part.encoding != "base64" && part.encoding != "quoted-printable";
  }

  // A multipart that does not name its boundary: the first line that looks like one.
  void guess_boundary(std::size_t body, std::vector<std::string> &boundaries) const {
    std::size_t at = body;
    for (int lines = 0; lines < 20 && at < bytes_.size(); ++lines) {
      std::size_t end = bytes_.find('\n', at);
      if (end == kNone) end = bytes_.size();
      const std::string_view line = base::trim(bytes_.substr(at, end - at));
      if (line.size() > 4 && line.size() < 200 && line.starts_with("--") && line.find(' ') == kNone) {
        // A delimiter of a multipart around it ends it.
        for (const Frame &frame : frames_)
          for (const std::string &boundary : frame.boundaries)
            if (line.substr(2).starts_with(boundary)) return;
        boundaries.emplace_back(line.substr(2));
        return;
      }
      at = end + 1;
    }
  }

  // The first delimiter line at or behind `from`, which is the start of a line. Without one: the end, not
  // found.
  Delimiter next_delimiter(std::size_t from) const {
    Delimiter none{.begin = bytes_.size(), .end = bytes_.size()};
    const bool any =
        std::any_of(frames_.begin(), frames_.end(), [](const Frame &f) { return !f.boundaries.empty(); });
    if (!any) return none;
    std::size_t at = from;
    if (at >= bytes_.size() || bytes_.substr(at, 2) != "--") at = find_dashes(at);
    while (at < bytes_.size()) {
      std::size_t end = bytes_.find('\n', at);
      const std::size_t next = end == kNone ? bytes_.size() : end + 1;
      if (end == kNone) end = bytes_.size();
      std::string_view line = bytes_.substr(at + 2, std::min<std::size_t>(end - at - 2, 2000));
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
        line.remove_suffix(1);
      for (std::size_t i = frames_.size(); i-- > 0;) {
        for (const std::string &boundary : frames_[i].boundaries) {
          if (!line.starts_with(boundary)) continue;
          const std::string_view rest = line.substr(boundary.size());
          if (rest.empty() || rest == "--")
            return {.begin = at, .end = next, .frame = i, .found = true, .closing = rest == "--"};
        }
      }
      at = find_dashes(end == kNone ? bytes_.size() : end);
    }
    return none;
  }

  // Start of the next line that begins with "--"; `from` is within or at the end of the line before.
  std::size_t find_dashes(std::size_t from) const {
    if (from >= bytes_.size()) return bytes_.size();
    if (from > 0 && bytes_[from] != '\n') --from;  // the line end before `from` counts
    const std::size_t found = find_bytes(bytes_, "\n--", from);
    return found == kNone ? bytes_.size() : found + 1;
  }

  // The body up to a delimiter, without the line end that belongs to the delimiter.
  std::string_view until(std::size_t body, const Delimiter &delimiter) const {
    std::string_view view = bytes_.substr(body, delimiter.begin > body ? delimiter.begin - body : 0);
    if (delimiter.found && !view.empty() && view.back() == '\n') {
      view.remove_suffix(1);
      if (!view.empty() && view.back() == '\r') view.remove_suffix(1);
    }
    return view;
  }

  void loose(std::size_t begin, std::size_t end) {
    if (end > begin) out_.loose.push_back(bytes_.substr(begin, end - begin));
  }

  std::string_view bytes_;
  const base::Limits &limits_;
  Structure &out_;
  std::vector<Frame> frames_;
  Entity next_;
  bool nested_ = false;
  std::uint64_t entities_ = 0;
};

}  // namespace

void Structure::reuse() {
  constexpr std::size_t kKeptMax = 1024;
  messages.clear();
  parts.clear();
  loose.clear();
  part_headers.clear();
  if (parts.capacity() > kKeptMax) parts.shrink_to_fit();
  if (messages.capacity() > kKeptMax) messages.shrink_to_fit();
  if (loose.capacity() > kKeptMax) loose.shrink_to_fit();
  if (part_headers.capacity() > kKeptMax) part_headers.shrink_to_fit();
}

void read_structure(std::string_view message, const base::Limits &limits, Structure &into) {
  Walker(message, limits, into).run();
}

}  // namespace dislodge::mail
