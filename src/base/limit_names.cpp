#include "base/limit_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>

namespace dislodge::base {
namespace {

struct NamedLimit {
  std::string_view name;
  std::uint32_t Limits::*narrow = nullptr;  // one of the two
  std::uint64_t Limits::*wide = nullptr;

  constexpr NamedLimit(std::string_view called, std::uint32_t Limits::*limit) : name(called), narrow(limit) {}
  constexpr NamedLimit(std::string_view called, std::uint64_t Limits::*limit) : name(called), wide(limit) {}

  std::uint64_t of(const Limits &limits) const { return narrow != nullptr ? limits.*narrow : limits.*wide; }
  std::uint64_t most() const {
    return narrow != nullptr ? std::numeric_limits<std::uint32_t>::max()
                             : std::numeric_limits<std::uint64_t>::max();
  }
  void set(Limits &limits, std::uint64_t value) const {
    if (narrow != nullptr)
      limits.*narrow = static_cast<std::uint32_t>(value);
    else
      limits.*wide = value;
  }
};

constexpr NamedLimit kLimits[] = {
    {"nesting_depth_max", &Limits::nesting_depth_max},
    {"members_max", &Limits::members_max},
    {"member_bytes_max", &Limits::member_bytes_max},
    {"archive_bytes_max", &Limits::archive_bytes_max},
    {"expansion_ratio_max", &Limits::expansion_ratio_max},
    {"expansion_grace_bytes", &Limits::expansion_grace_bytes},
    {"unlock_rounds_max", &Limits::unlock_rounds_max},
    {"ocr_images_max", &Limits::ocr_images_max},
    {"ocr_seconds_per_image", &Limits::ocr_seconds_per_image},
    {"image_pixels_max", &Limits::image_pixels_max},
    {"mime_depth_max", &Limits::mime_depth_max},
    {"mime_parts_max", &Limits::mime_parts_max},
    {"header_bytes_max", &Limits::header_bytes_max},
    {"headers_max", &Limits::headers_max},
    {"parameter_pieces_max", &Limits::parameter_pieces_max},
    {"line_bytes_max", &Limits::line_bytes_max},
    {"object_bytes_max", &Limits::object_bytes_max},
    {"delta_chain_max", &Limits::delta_chain_max},
    {"worker_memory_bytes", &Limits::worker_memory_bytes},
    {"worker_seconds_per_item", &Limits::worker_seconds_per_item},
};

std::optional<std::uint64_t> number_of(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  unsigned shift = 0;
  if (!text.empty()) {
    const char last = static_cast<char>(text.back() & ~0x20);
    if (const std::size_t unit = kUnits.find(last); unit != std::string_view::npos) {
      shift = static_cast<unsigned>(unit + 1) * 10;
      text.remove_suffix(1);
    }
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return number << shift;
}

std::string_view next_line(std::string_view &text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

std::span<const std::string_view> limit_names() {
  static const auto names = [] {
    std::array<std::string_view, std::size(kLimits)> all;
    std::transform(std::begin(kLimits), std::end(kLimits), all.begin(),
                   [](const NamedLimit &limit) { return limit.name; });
    return all;
  }();
  return names;
}

Result<void> set_limit(Limits &limits, std::string_view setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string_view name = setting.substr(0, equals);
  const auto *const limit = std::find_if(std::begin(kLimits), std::end(kLimits),
                                         [&](const NamedLimit &one) { return one.name == name; });
  if (limit == std::end(kLimits))
    return fail(ErrorKind::usage,
                fmt::format("no limit \"{}\"; there are {}", name, fmt::join(limit_names(), ", ")));
  const std::optional<std::uint64_t> value =
      equals == setting.size() ? std::nullopt : number_of(setting.substr(equals + 1));
  if (!value || *value > limit->most())
    return fail(ErrorKind::usage,
                fmt::format("limit \"{}\": give NAME=NUMBER, up to {}, with K, M, G or T for powers of 1024",
                            setting, limit->most()));
  limit->set(limits, *value);
  return {};
}

std::string with_setting(std::string_view settings, std::string_view more) {
  const std::string_view name = more.substr(0, more.find('='));
  std::string all;
  while (!settings.empty())
    if (const std::string_view line = next_line(settings); line.substr(0, line.find('=')) != name)
      all += fmt::format("{}\n", line);
  return all + fmt::format("{}\n", more);
}

void set_limits(Limits &limits, std::string_view settings) {
  while (!settings.empty()) (void)set_limit(limits, next_line(settings));
}

std::string all_settings(const Limits &limits) {
  std::string text;
  for (const NamedLimit &limit : kLimits) text += fmt::format("{}={}\n", limit.name, limit.of(limits));
  return text;
}

LimitChange change_of(const Limits &before, const Limits &now) {
  LimitChange change;
  for (const NamedLimit &limit : kLimits) {
    if (limit.of(now) > limit.of(before)) change.raised.push_back(limit.name);
    change.lowered = change.lowered || limit.of(now) < limit.of(before);
  }
  return change;
}

}  // namespace dislodge::base
