#include "mail/affiliation.hpp"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "base/encode.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kNameMax = 80;     // bytes of a name; what is longer is a sentence
constexpr std::size_t kBlockLines = 12;  // a block under a name is short
constexpr std::size_t kBlockBytes = 4096;

template <auto Release>
struct Releaser {
  template <typename T>
  void operator()(T *object) const {
    Release(object);
  }
};
struct CertificatesFree {
  void operator()(STACK_OF(X509) * list) const { sk_X509_pop_free(list, X509_free); }
};
struct AddressesFree {
  void operator()(STACK_OF(OPENSSL_STRING) * list) const { X509_email_free(list); }
};

void add(std::string_view how, std::string_view name, std::vector<std::string> &out) {
  name = base::trim(name);
  if (name.size() < 2 || name.size() > kNameMax || out.size() >= kAffiliationsMax) return;
  std::string one(how);
  one += base::to_valid_utf8(name);
  if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
}

std::string organisation_of(const X509_NAME *subject) {
  const int at = X509_NAME_get_index_by_NID(subject, NID_organizationName, -1);
  if (at < 0) return {};
  unsigned char *utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char *>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return name;
}

// What companies end their names with, in the forms that registers use.
bool is_legal_form(std::string_view word) {
  static constexpr std::string_view kForms[] = {
      "ltd",   "limited", "inc", "incorporated", "llc",  "llp",  "corp", "corporation", "plc",
      "gmbh",  "mbh",     "ag",  "kg",           "kgaa", "se",   "bv",   "nv",          "sa",
      "sas",   "sarl",    "srl", "spa",          "sl",   "sarl", "oy",   "oyj",         "ab",
      "as",    "asa",     "aps", "a/s",          "pty",  "co",   "kk",   "bhd",         "sp.z.o.o",
      "s.r.o", "a.s",     "kft", "ltda",         "eood", "ood",  "d.o.o"};
  std::string lower = base::lower(word);
  while (!lower.empty() && (lower.back() == '.' || lower.back() == ',')) lower.pop_back();
  if (std::find(std::begin(kForms), std::end(kForms), lower) != std::end(kForms)) return true;
  std::erase(lower, '.');
  return std::find(std::begin(kForms), std::end(kForms), lower) != std::end(kForms);
}

// "Harborline Logistics Ltd" out of "Ilse Brandt | Harborline Logistics Ltd | Kiel". A name has a word before
// its form, and is written in capitals: "please send it as a co" is none.
void company_of(std::string_view line, std::vector<std::string> &out) {
  for (std::size_t begin = 0; begin <= line.size();) {
    std::size_t end = std::min(line.find_first_of("|\t;", begin), line.size());
    // "Harborline Ltd, Kiel" ends at the comma, "Harborline, Inc." does not.
    const std::string_view part = base::trim(line.substr(begin, end - begin));
    begin = end + 1;
    std::size_t words = 0, last = 0;
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t next = std::min(part.find_first_of(" ,", at), part.size());
      const std::string_view word = part.substr(at, next - at);
      if (!word.empty()) {
        const bool capital = (word[0] >= 'A' && word[0] <= 'Z') || static_cast<unsigned char>(word[0]) >= 128;
        if (words > 0 && capital && is_legal_form(word)) last = next;
        words += 1;
      }
      at = next + 1;
    }
    if (last == 0 || words > 10) continue;
    const std::string_view name = part.substr(0, last);
    const bool capital = (name[0] >= 'A' && name[0] <= 'Z') || static_cast<unsigned char>(name[0]) >= 128 ||
                         (name[0] >= '0' && name[0] <= '9');
    if (capital) add("signature:", name, out);
  }
}

void site_of(std::string_view line, std::vector<std::string> &out) {
  for (const std::string_view mark : {"www.", "://"}) {
    const std::size_t at = line.find(mark);
    if (at == line.npos) continue;
    std::string_view host = line.substr(at + (mark == "://" ? mark.size() : 0));
    host = host.substr(0, host.find_first_of("/?# \t|>),;:\"'"));
    while (host.ends_with('.')) host.remove_suffix(1);
    if (host.starts_with("www.")) host.remove_prefix(4);
    if (host.find('.') != host.npos && host.find('@') == host.npos) add("site:", base::lower(host), out);
    return;
  }
}

}  // namespace

void add_header_affiliation(std::string_view value, std::vector<std::string> &out) {
  add("header:", value, out);
}

void add_certificate_affiliations(std::string_view der, std::string_view author,
                                  std::vector<std::string> &out) {
  if (author.empty() || der.size() < 16 || der.size() > (1u << 24)) return;
  const auto *data = reinterpret_cast<const unsigned char *>(der.data());
  const std::unique_ptr<CMS_ContentInfo, Releaser<CMS_ContentInfo_free>> cms(
      d2i_CMS_ContentInfo(nullptr, &data, static_cast<long>(der.size())));
  if (cms && OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed) {
    const std::unique_ptr<STACK_OF(X509), CertificatesFree> all(CMS_get1_certs(cms.get()));
    for (int i = 0; all && i < sk_X509_num(all.get()) && i < 32; ++i) {
      X509 *one = sk_X509_value(all.get(), i);
      const std::unique_ptr<STACK_OF(OPENSSL_STRING), AddressesFree> addresses(X509_get1_email(one));
      for (int k = 0; addresses && k < sk_OPENSSL_STRING_num(addresses.get()); ++k)
        if (base::equal_ignoring_case(sk_OPENSSL_STRING_value(addresses.get(), k), author))
          add("certificate:", organisation_of(X509_get_subject_name(one)), out);
    }
  }
  ERR_clear_error();
}

void add_signature_affiliations(std::string_view text, const std::vector<evidence::QuotedSpan> &quoted,
                                std::vector<std::string> &out) {
  // Who answers above or between what is quoted signs before the last quote that runs to the end.
  std::size_t end = text.size();
  while (true) {
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == ' ')) --end;
    const auto last = std::find_if(quoted.rbegin(), quoted.rend(), [&](const evidence::QuotedSpan &span) {
      return span.begin < end && span.end >= end;
    });
    if (last == quoted.rend()) break;
    end = last->begin;
  }
  std::size_t begin = end > kBlockBytes ? end - kBlockBytes : 0;
  const std::string_view tail = text.substr(begin, end - begin);
  std::vector<std::string_view> lines;
  std::size_t marked = std::string_view::npos;
  for (std::size_t at = 0; at < tail.size();) {
    const std::size_t stop = std::min(tail.find('\n', at), tail.size());
    std::string_view line = tail.substr(at, stop - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line == "-- " || line == "--") {
      marked = lines.size();
    } else if (!base::trim(line).empty()) {
      lines.push_back(base::trim(line));
    }
    at = stop + 1;
  }
  std::size_t from = lines.size() > kBlockLines ? lines.size() - kBlockLines : 0;
  if (marked != std::string_view::npos) from = std::max(from, marked);
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines[i].size() > 200) continue;
    company_of(lines[i], out);
    site_of(lines[i], out);
  }
}

}  // namespace dislodge::mail
