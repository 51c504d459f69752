#pragma once
// Writes compound files for tests ([MS-CFB] version 3, sectors of 512 bytes): a list of "storage/stream"
// paths with their bytes. Storages come into being as they are named. Siblings hang in one chain to the
// right, which readers must accept as any other tree.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::test {

class CompoundWriter {
 public:
  CompoundWriter() { nodes_.push_back({"Root Entry", true, {}, {}}); }

  CompoundWriter &add(std::string_view path, std::string bytes) {
    nodes_[node(path, false)].bytes = std::move(bytes);
    return *this;
  }
  CompoundWriter &add_storage(std::string_view path) {
    node(path, true);
    return *this;
  }

  std::string write() const {
    constexpr std::uint32_t kEnd = 0xFFFFFFFE;
    constexpr std::uint32_t kFree = 0xFFFFFFFF;
    std::vector<std::uint32_t> fat;
    std::vector<std::uint32_t> mini_fat;
    std::string sectors;
    std::string mini;
    const auto pad = [](std::string &to, std::size_t unit) {
      to.resize((to.size() + unit - 1) / unit * unit);
    };
    const auto append = [&](const std::string &bytes) {
      const auto first = static_cast<std::uint32_t>(fat.size());
      sectors += bytes;
      pad(sectors, 512);
      while (fat.size() < sectors.size() / 512) fat.push_back(static_cast<std::uint32_t>(fat.size() + 1));
      if (fat.size() == first) return kEnd;
      fat.back() = kEnd;
      return first;
    };
    std::vector<std::uint32_t> first(nodes_.size(), kEnd);
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
      const std::string &bytes = nodes_[i].bytes;
      if (nodes_[i].storage || bytes.empty()) continue;
      if (bytes.size() >= 4096) {
        first[i] = append(bytes);
        continue;
      }
      first[i] = static_cast<std::uint32_t>(mini_fat.size());
      mini += bytes;
      pad(mini, 64);
      while (mini_fat.size() < mini.size() / 64)
        mini_fat.push_back(static_cast<std::uint32_t>(mini_fat.size() + 1));
      mini_fat.back() = kEnd;
    }
    const std::size_t mini_size = mini.size();
    first[0] = append(mini);
    std::string mini_table;
    for (const std::uint32_t next : mini_fat) put32(mini_table, next);
    while (mini_table.size() % 512 != 0) put32(mini_table, kFree);
    const std::uint32_t mini_table_at = append(mini_table);

    std::string directory;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Node &node = nodes_[i];
      std::string name;
      for (const char c : node.name) name += std::string(1, c) + '\0';
      const std::size_t name_bytes = name.size() + 2;
      name.resize(64);
      directory += name;
      put16(directory, static_cast<std::uint32_t>(name_bytes));
      directory += static_cast<char>(i == 0 ? 5 : node.storage ? 1 : 2);
      directory += '\1';
      put32(directory, kFree);
      put32(directory, next_sibling(i));
      put32(directory, node.children.empty() ? kFree : static_cast<std::uint32_t>(node.children[0]));
      directory.append(16 + 4 + 8 + 8, '\0');
      put32(directory, first[i]);
      put32(directory, static_cast<std::uint32_t>(i == 0 ? mini_size : node.bytes.size()));
      put32(directory, 0);
    }
    pad(directory, 512);
    const std::uint32_t directory_at = append(directory);

    // The table also describes its own sectors.
    std::size_t tables = 1;
    while (tables * 128 < fat.size() + tables) ++tables;
    const auto table_at = static_cast<std::uint32_t>(fat.size());
    for (std::size_t i = 0; i < tables; ++i) fat.push_back(0xFFFFFFFD);
    fat.resize(tables * 128, kFree);
    for (const std::uint32_t next : fat) put32(sectors, next);

    std::string header("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    header.append(16, '\0');
    put16(header, 0x3E);
    put16(header, 3);
    put16(header, 0xFFFE);
    put16(header, 9);
    put16(header, 6);
    header.append(6 + 4, '\0');
    put32(header, static_cast<std::uint32_t>(tables));
    put32(header, directory_at);
    put32(header, 0);
    put32(header, 4096);
    put32(header, mini_table_at);
    put32(header, static_cast<std::uint32_t>(mini_table.size() / 512));
    put32(header, kEnd);
    put32(header, 0);
    for (std::size_t i = 0; i < 109; ++i)
      put32(header, i < tables ? table_at + static_cast<std::uint32_t>(i) : kFree);
    return header + sectors;
  }

 private:
  struct Node {
    std::string name;
    bool storage = false;
    std::string bytes;
    std::vector<std::size_t> children;
  };

  static void put16(std::string &to, std::uint32_t value) {
    to += static_cast<char>(value & 255);
    to += static_cast<char>(value >> 8 & 255);
  }
  static void put32(std::string &to, std::uint32_t value) {
    put16(to, value & 0xFFFF);
    put16(to, value >> 16);
  }
  std::uint32_t next_sibling(std::size_t index) const {
    for (const Node &node : nodes_)
      for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
        if (node.children[i] == index) return static_cast<std::uint32_t>(node.children[i + 1]);
    return 0xFFFFFFFF;
  }
  std::size_t node(std::string_view path, bool storage) {
    std::size_t at = 0;
    while (!path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string_view name = path.substr(0, slash);
      path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
      std::size_t found = 0;
      for (const std::size_t child : nodes_[at].children)
        if (nodes_[child].name == name) found = child;
      if (found == 0) {
        found = nodes_.size();
        nodes_.push_back({std::string(name), storage || !path.empty(), {}, {}});
        nodes_[at].children.push_back(found);
      }
      at = found;
    }
    return at;
  }

  std::vector<Node> nodes_;
};

}  // namespace dislodge::test
