#pragma once
// What other products read: MISP, OCSF, Playbook-NG, SARIF and OpenGraph (STIX and the Navigator layer stand
// in stix.hpp, Timesketch in timesketch.hpp). No value of a secret is in any. What goes to sharing
// communities (MISP, STIX) names addresses, applications and techniques of the intruder and no mail, place or
// mask of ours.

#include <string>

#include "engine/picture.hpp"
#include "evict/action.hpp"

namespace dislodge::report {

// A MISP event (MISP core format), distribution "your organisation only", TLP:RED: indicators of the intruder
// as attributes, credentials whose user is known as credential objects, never with a password, and with their
// notification state. Source: MISP core format, misp-objects credential version 4.
std::string misp_event(const engine::Picture &picture);

// OCSF 1.5 JSON lines: one Incident Finding (class 2005) that lists the detections, and each detection as a
// Detection Finding (class 2004). Source: schema.ocsf.io/1.5.0/classes.
std::string ocsf_findings(const engine::Picture &picture);

// The plan as a playbook of CISA's Playbook-NG 2.0.0: the COUN7ER countermeasures of its actions, by ATT&CK
// technique of the case. Actions that no countermeasure covers stand in plan.jsonl only. Source:
// github.com/cisagov/playbook-ng, shared/src/playbook/schema.ts (MIT).
std::string playbook_ng(const engine::Picture &picture, const evict::Actions &actions);

// The sightings of the case as SARIF 2.1.0.
std::string sarif(const engine::Picture &picture);

}  // namespace dislodge::report
