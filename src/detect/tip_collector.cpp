#include "detect/tip_collector.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/limits.hpp"
#include "log/builder.hpp"

namespace dislodge::detect {

namespace {

// "198.51.100[.]7", "evil[dot]example": people write indicators so that nobody follows them by accident.
std::string without_brackets(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    std::string_view rest = value.substr(at);
    const auto take = [&](std::string_view written, char meant) {
      if (rest.size() < written.size() || !base::equal_ignoring_case(rest.substr(0, written.size()), written))
        return false;
      out += meant;
      at += written.size();
      return true;
    };
    if (take("[.]", '.') || take("(.)", '.') || take("[dot]", '.') || take("(dot)", '.') ||
        take("[@]", '@') || take("[at]", '@') || take("(at)", '@') || take("[:]", ':'))
      continue;
    out += value[at++];
  }
  return out;
}

std::string host_of_url(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  if (!url.starts_with('[')) url = url.substr(0, url.find(':'));
  return std::string(url);
}

}  // namespace

std::string bare_id(std::string_view id) {
  id = base::trim(id);
  if (id.size() > 1 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return std::string(id);
}

void TipCollector::add(Tip tip) {
  if (tip.value.empty()) return;
  if (tip.kind == TipKind::address || tip.kind == TipKind::domain || tip.kind == TipKind::email)
    tip.value = without_brackets(tip.value);
  if (tip.kind != TipKind::place && tip.kind != TipKind::agent && tip.kind != TipKind::message)
    tip.value = base::lower(tip.value);
  // As events write it: one spelling for one IPv6 address, no port.
  if (tip.kind == TipKind::address && tip.value.find('/') == tip.value.npos)
    tip.value = log::clean_address(tip.value);
  if (tip.kind == TipKind::domain)
    while (tip.value.ends_with('.')) tip.value.pop_back();
  if (tip.value.empty()) return;
  if (tip.kind == TipKind::agent && ++agents_ > kAgentTipsMax) {
    ++out_["user agents beyond the limit of one file"];
    return;
  }
  if (file_.tips.size() == kTipsMax) {
    ++out_["beyond the limit of tips of one file"];
    return;
  }
  file_.tips.push_back(std::move(tip));
}

void TipCollector::finish() {
  for (const auto &[why, count] : out_) file_.left_out.push_back(fmt::format("{} {}", count, why));
}

Tip tip_of_value(TipKind kind, std::string_view path, std::string value, const std::string &label) {
  if (kind == TipKind::domain && path.starts_with("url")) value = host_of_url(value);
  if (kind == TipKind::message) value = bare_id(value);
  Tip tip;
  tip.kind = kind;
  tip.value = std::move(value);
  tip.label = label;
  return tip;
}

void add_value(TipCollector &to, TipKind kind, std::string_view path, std::string value,
               const std::string &label) {
  to.add(tip_of_value(kind, path, std::move(value), label));
}

}  // namespace dislodge::detect
