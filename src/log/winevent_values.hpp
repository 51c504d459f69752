#pragma once
// Events of Windows as PowerShell's Get-WinEvent gives them, saved by ConvertTo-Json or Export-Csv. An
// event's data has no names there: it stands as a list of values in the order of the event's manifest
// ("Properties"), which ConvertTo-Json leaves out beyond its depth, and inside the sentences for people
// ("Message"). Source: learn.microsoft.com/powershell/module/microsoft.powershell.diagnostics/get-winevent;
// the templates of Microsoft-Windows-Security-Auditing (wevtutil gp Microsoft-Windows-Security-Auditing /ge).

#include <string>

#include "log/json.hpp"

namespace dislodge::log {

// Whether a record is of that shape.
bool is_get_winevent(const Json &record);
// The record as Windows' own ({"Event": {"System", "EventData"}}); "" where neither the list nor the message
// gives a value.
std::string windows_of_get_winevent(const Json &record);

}  // namespace dislodge::log
