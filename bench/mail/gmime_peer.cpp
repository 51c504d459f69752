// GMime fed message by message, as a peer of mail_bench: gmime_peer CORPUS OFFSETS ROUNDS DIGESTS
// Prints the least CPU seconds of ROUNDS; writes a line of digest.hpp a message.

#include <gmime/gmime.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

#include "mail/digest.hpp"

namespace {

using dislodge::bench::MessageDigest;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string slurp(const char *path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t touched = 0;  // so that nothing is optimised away

void addresses(InternetAddressList *list, MessageDigest *digest) {
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  for (int i = 0; i < count; ++i) {
    InternetAddress *one = internet_address_list_get_address(list, i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(one)) continue;
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    const char *name = internet_address_get_name(one);
    touched += static_cast<std::size_t>(address != nullptr) + static_cast<std::size_t>(name != nullptr);
    if (digest == nullptr) continue;
    digest->addresses += std::string(address == nullptr ? "" : address) + ",";
    digest->names += std::string(name == nullptr ? "" : name) + ",";
  }
}

void part(GMimeObject *, GMimeObject *object, gpointer data) {
  auto *digest = static_cast<MessageDigest *>(data);
  if (!GMIME_IS_PART(object)) return;
  const char *disposition = g_mime_object_get_disposition(object);
  const bool attached = disposition != nullptr && g_ascii_strcasecmp(disposition, "attachment") == 0;
  if (GMIME_IS_TEXT_PART(object) && !attached) {
    char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
    touched += text == nullptr ? 0 : std::string_view(text).size();
    if (digest != nullptr) MessageDigest::text(digest->texts, text == nullptr ? "" : text);
    g_free(text);
    return;
  }
  GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
  if (content == nullptr) return;
  GMimeStream *out = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(content, out);
  const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
  touched += bytes->len;
  if (digest != nullptr)
    MessageDigest::attachment(digest->attachments, {reinterpret_cast<const char *>(bytes->data), bytes->len});
  g_object_unref(out);
}

void read(const std::string &corpus, std::size_t begin, std::size_t end, MessageDigest *digest) {
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(corpus.data() + begin, end - begin);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  g_object_unref(stream);
  GMimeMessage *message = g_mime_parser_construct_message(parser, nullptr);
  g_object_unref(parser);
  if (message == nullptr) return;
  const char *subject = g_mime_message_get_subject(message);
  const char *id = g_mime_message_get_message_id(message);
  const char *references = g_mime_object_get_header(GMIME_OBJECT(message), "References");
  touched += static_cast<std::size_t>(id != nullptr) + static_cast<std::size_t>(references != nullptr);
  GDateTime *date = g_mime_message_get_date(message);
  if (digest != nullptr) {
    digest->subject = subject == nullptr ? "" : subject;
    digest->date = date == nullptr ? 0 : g_date_time_to_unix(date);
  }
  addresses(g_mime_message_get_from(message), digest);
  addresses(g_mime_message_get_to(message), digest);
  addresses(g_mime_message_get_cc(message), digest);
  g_mime_message_foreach(message, &part, digest);
  g_object_unref(message);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  g_mime_init();
  const std::string corpus = slurp(argv[1]);
  std::vector<std::pair<std::size_t, std::size_t>> messages;
  std::ifstream offsets(argv[2]);
  for (std::size_t begin = 0, end = 0; offsets >> begin >> end;) messages.emplace_back(begin, end);
  std::ofstream out(argv[4], std::ios::binary);
  for (const auto &[begin, end] : messages) {
    MessageDigest digest;
    read(corpus, begin, end, &digest);
    out << digest.line();
  }
  double best = 1e9;
  for (int round = 0; round < std::atoi(argv[3]); ++round) {
    const double start = cpu_seconds();
    for (const auto &[begin, end] : messages) read(corpus, begin, end, nullptr);
    best = std::min(best, cpu_seconds() - start);
  }
  std::printf("%.6f %zu\n", best, touched);
  return 0;
}
