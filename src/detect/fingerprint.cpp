// What a program shows when it signs in: parts, comparing, a name for people.

#include <string>

#include "detect/spray_tries.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

// "Chrome/76.0.5893.88 on Windows NT 10.0" for a browser's agent; what is no browser's stays.
std::string short_agent(const std::string &agent) {
  if (!agent.starts_with("Mozilla/5.0 (")) return agent;
  const std::string platform = agent.substr(13, agent.find_first_of(";)") - 13);
  for (const std::string_view name : {"Edg/", "OPR/", "Firefox/", "Chrome/", "Version/", "Trident/"}) {
    const std::size_t at = agent.find(name);
    if (at == std::string::npos) continue;
    return agent.substr(at, agent.find(' ', at) - at) + " on " + platform;
  }
  return agent;
}

}  // namespace

Fingerprint under(const std::array<StringId, kParts> &parts, std::uint8_t mask) {
  Fingerprint one;
  one.mask = mask;
  for (std::size_t i = 0; i < kParts; ++i)
    if ((mask >> i & 1) != 0) one.parts[i] = parts[i];
  return one;
}

std::array<StringId, kParts> parts_of(const View &view, const Event &event) {
  const StringId protocol = view.table().pool.find(view.table().extra(event, "protocol"));
  return {event.agent, event.client, protocol, event.application_id, event.resource_id};
}

bool matches(const Fingerprint &fingerprint, const std::array<StringId, kParts> &parts) {
  for (std::size_t i = 0; i < kParts; ++i)
    if ((fingerprint.mask >> i & 1) != 0 && fingerprint.parts[i] != parts[i]) return false;
  return true;
}

bool Fingerprint::shows_program() const {
  const auto has = [&](Part part) { return parts[static_cast<std::size_t>(part)] != 0; };
  return has(Part::agent) || has(Part::application) || has(Part::resource);
}

std::string describe(const View &view, const Fingerprint &fingerprint) {
  std::string out;
  for (const Part part : {Part::application, Part::client, Part::protocol, Part::agent}) {
    const StringId id = fingerprint.parts[static_cast<std::size_t>(part)];
    if (id == 0) continue;
    std::string text(view.text(id));
    if (part == Part::application) {
      for (const EventIndex index : view.user_signins()) {
        const Event &event = view.event(index);
        if (event.application_id != id || event.application_name == 0) continue;
        text = view.text(event.application_name);
        break;
      }
    }
    if (text == "none") continue;
    if (part == Part::agent) text = short_agent(text);
    out += (out.empty() ? "" : ", ") + text;
  }
  return out.empty() ? "no common program" : out;
}

}  // namespace dislodge::detect
