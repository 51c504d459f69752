#include "base/yaml.hpp"

#include <yaml.h>

#include <map>
#include <memory>

namespace dislodge::base {
namespace {

struct Parser {
  yaml_parser_t parser{};
  Parser() { yaml_parser_initialize(&parser); }
  Parser(const Parser &) = delete;
  Parser &operator=(const Parser &) = delete;
  ~Parser() { yaml_parser_delete(&parser); }
};

struct Event {
  yaml_event_t event{};
  Event() = default;
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;
  ~Event() { yaml_event_delete(&event); }
};

std::string_view text_of(const yaml_char_t *text) {
  return text == nullptr ? std::string_view{} : std::string_view(reinterpret_cast<const char *>(text));
}

std::size_t count_nodes(const YamlNode &root) {
  std::size_t count = 0;
  std::vector<const YamlNode *> open = {&root};
  while (!open.empty()) {
    const YamlNode &node = *open.back();
    open.pop_back();
    ++count;
    for (const YamlNode &item : node.items) open.push_back(&item);
    for (const auto &member : node.members) open.push_back(&member.value);
  }
  return count;
}

// Builds trees from events. What is open lies on a stack, so that the depth of the input is no depth of ours.
class Builder {
 public:
  explicit Builder(std::string_view place) : place_(place) {}

  Result<void> take(const yaml_event_t &event) {
    const auto line = static_cast<std::uint32_t>(event.start_mark.line + 1);
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto &scalar = event.data.scalar;
        YamlNode node;
        node.line = line;
        node.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node.text.assign(reinterpret_cast<const char *>(scalar.value), scalar.length);
        return add(std::move(node), std::string(text_of(scalar.anchor)), 1);
      }
      case YAML_SEQUENCE_START_EVENT:
        return begin(YamlNode::Kind::list, text_of(event.data.sequence_start.anchor), line);
      case YAML_MAPPING_START_EVENT:
        return begin(YamlNode::Kind::map, text_of(event.data.mapping_start.anchor), line);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: {
        Open top = std::move(open_.back());
        open_.pop_back();
        return add(std::move(top.node), std::move(top.anchor), 0);
      }
      case YAML_ALIAS_EVENT: {
        const auto known = anchors_.find(std::string(text_of(event.data.alias.anchor)));
        if (known == anchors_.end()) return wrong(line, "an alias names no anchor before it");
        return add(known->second, {}, count_nodes(known->second));
      }
      case YAML_DOCUMENT_START_EVENT:
        anchors_.clear();
        return {};
      default:
        return {};
    }
  }
  std::vector<YamlNode> take_documents() { return std::move(documents_); }

 private:
  struct Open {
    YamlNode node;
    std::string anchor;
    std::string key;
    bool has_key = false;
  };

  tl::unexpected<Error> wrong(std::uint32_t line, std::string_view what) const {
    return fail(ErrorKind::usage, place_ + ":" + std::to_string(line) + ": " + std::string(what));
  }
  Result<void> begin(YamlNode::Kind kind, std::string_view anchor, std::uint32_t line) {
    if (open_.size() >= kYamlDepthMax) return wrong(line, "nested too deep");
    if (++nodes_ > kYamlNodesMax) return wrong(line, "too many entries");
    Open open;
    open.node.kind = kind;
    open.node.line = line;
    open.anchor = anchor;
    open_.push_back(std::move(open));
    return {};
  }
  Result<void> add(YamlNode node, std::string anchor, std::size_t cost) {
    nodes_ += cost;
    if (nodes_ > kYamlNodesMax) return wrong(node.line, "too many entries");
    if (!anchor.empty()) {
      nodes_ += count_nodes(node);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      documents_.push_back(std::move(node));
      return {};
    }
    Open &top = open_.back();
    if (top.node.kind == YamlNode::Kind::list) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      if (node.kind != YamlNode::Kind::scalar) return wrong(node.line, "a key is no text");
      top.key = std::move(node.text);
      top.has_key = true;
    } else {
      top.node.members.push_back({std::move(top.key), std::move(node)});
      top.has_key = false;
    }
    return {};
  }

  std::string place_;
  std::vector<Open> open_;
  std::map<std::string, YamlNode> anchors_;
  std::vector<YamlNode> documents_;
  std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode *YamlNode::find(std::string_view key) const {
  for (const auto &[name, node] : members)
    if (name == key) return &node;
  return nullptr;
}

bool YamlNode::is_null() const {
  return kind == Kind::scalar && !quoted &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

std::string_view YamlNode::text_of(std::string_view key) const {
  const YamlNode *node = find(key);
  return node == nullptr || node->kind != Kind::scalar ? std::string_view{} : std::string_view(node->text);
}

Result<std::vector<YamlNode>> parse_yaml(std::string_view text, std::string_view place) {
  Parser parser;
  yaml_parser_set_input_string(&parser.parser, reinterpret_cast<const unsigned char *>(text.data()),
                               text.size());
  Builder builder(place);
  for (;;) {
    Event event;
    if (yaml_parser_parse(&parser.parser, &event.event) == 0) {
      const char *problem = parser.parser.problem != nullptr ? parser.parser.problem : "no YAML";
      return fail(ErrorKind::usage, std::string(place) + ":" +
                                        std::to_string(parser.parser.problem_mark.line + 1) + ": " + problem);
    }
    if (event.event.type == YAML_STREAM_END_EVENT) return builder.take_documents();
    DISLODGE_TRY(builder.take(event.event));
  }
}

}  // namespace dislodge::base
