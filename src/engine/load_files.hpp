#pragma once
// Joins what load files say (mail/load_file.hpp) to the messages that they name: by internet message id, else
// by the path that the load file gives. A message gets the folder or labels, the custodian (as delivered_to)
// and the date that it lacks; nothing that it says itself is changed.

#include <vector>

#include "engine/picture.hpp"

namespace dislodge::engine {

// Takes the rows of load files out of the records, and gives a row of the ledger for each message that a load
// file names by its id and that is not in the evidence.
std::vector<evidence::LedgerRow> join_load_files(Picture &picture);

// Puts them into the ledger and the totals, where nothing says the same already.
void tell_missing(const std::vector<evidence::LedgerRow> &rows, Picture &picture);

}  // namespace dislodge::engine
