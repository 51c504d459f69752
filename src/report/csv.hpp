#pragma once
// Tables for spreadsheets (RFC 4180, UTF-8, CRLF). A cell is written so that no spreadsheet takes it for a
// formula: evidence names mail subjects and files, and an attacker chooses those.
//
//   write_file(folder / "secrets.csv", secrets_csv(picture));

#include <string>
#include <string_view>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

// One cell: quoted where needed; with an apostrophe before = + - @, tab and carriage return, which begin a
// formula in Excel, LibreOffice or Google Sheets (OWASP, CSV injection).
std::string csv_cell(std::string_view text);
std::string csv_row(const std::vector<std::string> &cells);

std::string secrets_csv(const engine::Picture &picture);  // a row a place
std::string plan_csv(const evict::Plan &plan);
std::string ledger_csv(const engine::Picture &picture);  // what was not read, not held, not exported
std::string parties_csv(const engine::Picture &picture);
std::string duties_csv(const engine::Picture &picture);
std::string reach_csv(const engine::Picture &picture);

}  // namespace dislodge::report
