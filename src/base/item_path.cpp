#include "base/item_path.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"

namespace dislodge::base {

std::string escape_step(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (std::size_t i = 0; i < name.size();) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte >= 0x80) {
      // A whole valid sequence stays; a stray byte is written in hex.
      std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      if (i + length <= name.size() && valid_utf8(name.substr(i, length))) {
        out += name.substr(i, length);
        i += length;
        continue;
      }
    }
    if (byte < 0x20 || byte == 0x7F || byte >= 0x80 || byte == '%' || byte == '!' || byte == '#' ||
        byte == '~')
      out += fmt::format("%{:02X}", byte);
    else
      out += name[i];
    ++i;
  }
  return out;
}

std::string unescape_step(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '%' && i + 2 < step.size()) {
      if (const auto byte = from_hex(step.substr(i + 1, 2))) {
        out += *byte;
        i += 2;
        continue;
      }
    }
    out += step[i];
  }
  return out;
}

std::string join_item(std::string_view parent, std::string_view step) {
  std::string out;
  out.reserve(parent.size() + 2 + step.size());
  out += parent;
  out += "!/";
  out += step;
  return out;
}

std::string decoded_view_step(std::string_view encoding, std::uint64_t offset) {
  return fmt::format("~{}@{}", encoding, offset);
}

std::string_view item_root(std::string_view item) {
  return item.substr(0, item.find("!/"));
}

std::string_view item_parent(std::string_view item) {
  const std::size_t cut = item.rfind("!/");
  return cut == std::string_view::npos ? std::string_view{} : item.substr(0, cut);
}

std::vector<std::string_view> item_steps(std::string_view item) {
  std::vector<std::string_view> steps;
  while (true) {
    const std::size_t cut = item.find("!/");
    steps.push_back(item.substr(0, cut));
    if (cut == std::string_view::npos) return steps;
    item.remove_prefix(cut + 2);
  }
}

}  // namespace dislodge::base
