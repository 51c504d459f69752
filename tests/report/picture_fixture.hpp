#pragma once
// A small case in memory, with text that an attacker would choose.

#include "engine/picture.hpp"

namespace dislodge::report {

inline engine::Picture hostile_picture() {
  engine::Picture picture;
  picture.totals.handed_in = 3000;
  picture.totals.read = 2000;
  picture.totals.unread = 1000;
  picture.totals.unread_items = 1;
  evidence::LedgerRow unread;
  unread.item = "mail.mbox!/1!/=HYPERLINK(\"http://evil.example\",\"x\").zip";
  unread.state = evidence::LedgerState::encrypted;
  unread.reason = "<script>alert(1)</script>";
  unread.remedy = "supply the password";
  picture.ledger.push_back(unread);

  identity::SecretFact secret;
  secret.id = "secret:00112233445566778899aabbccddeeff";
  secret.kind = "password";
  picture.secrets.push_back(secret);
  picture.masks[secret.id] = "Wi… (12-15)";
  engine::StoredSighting sighting;
  sighting.secret = secret.id.substr(7);
  sighting.sighting.kind = "password";
  sighting.sighting.item = "mail.mbox!/1";
  sighting.sighting.line = 7;
  sighting.sighting.mask = "Wi… (12-15)";
  picture.sightings.push_back(sighting);

  detect::Detection detection;
  detection.id = "detection:1";
  detection.kind = "success-after-spray";
  detection.techniques = {"T1110.003", "T1078.004"};
  detection.first = base::Time{1'700'000'000'250'000};
  detection.last = base::Time{1'700'000'060'000'000};
  detection.addresses = {"198.51.100.7", "2001:db8::5", "x' OR '1'='1"};
  detection.events = {{"signins.json", 12}};
  detection.grade = detect::Grade::confirmed;
  detection.confidence = 0.9;
  detection.intruder = true;
  detection.says = "a spray got legacy-test@example <b>in</b>";
  picture.detections.push_back(detection);

  evict::PlannedAction action;
  action.wave = 1;
  action.id = "a1";
  action.action = "rotate-secret";
  action.name = "Rotate the secret";
  action.target_name = "@SUM(A1)";
  action.command = "-x";
  picture.plan.actions.push_back(action);
  picture.plan.verdict.says = "incomplete: 1 point not covered";
  return picture;
}

}  // namespace dislodge::report
