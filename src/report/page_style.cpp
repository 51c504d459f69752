#include "report/page_style.hpp"

#include <fmt/format.h>

namespace dislodge::report {
namespace {

// Black on white with grades told by word and by border, so that it reads on paper and for the colour-blind.
constexpr std::string_view kStyle = R"(
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.7rem}h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%;margin:.8rem 0;font-size:.9rem}
th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td:first-child{overflow-wrap:normal}th{background:#eee;white-space:nowrap}code{font-size:.85em;overflow-wrap:anywhere}
.statement{margin:.45rem 0;padding-left:.7rem;border-left:4px solid #999}
.confirmed{border-color:#a00}.possible{border-color:#b60}.unknown{border-left-style:dotted}
.number{color:#444;font-variant-numeric:tabular-nums}.grade{font-size:.8rem;font-weight:600}
.more{color:#333;font-size:.85rem}
ul{margin:.3rem 0}.action{margin:.5rem 0;padding:.2rem .7rem;border:1px solid #bbb}.tick{font-size:1.2rem;line-height:1}
.write{border-bottom:1px solid #999;color:#555;font-size:.8rem;margin:.2rem 0 .3rem;padding-bottom:.6rem}
.box{border:2px solid #333;padding:.4rem 1rem;margin:1rem 0}
@media print{body{font-size:10pt;margin:0}h2{break-after:avoid}.statement,.action,tr{break-inside:avoid}h3{break-after:avoid}thead{display:table-header-group}}
)";

}  // namespace

std::string page_head(std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title><style>{}</style></head><body>\n",
      title, kStyle);
}

}  // namespace dislodge::report
