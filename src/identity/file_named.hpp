#pragma once
// What the name of a listing's file says where its rows do not. GitHub's collaborators, GitLab's members and
// the users of a group of Okta come without the repository or group that was asked for; whoever exports them
// names the file after it, or keeps it in a folder of that name.
//
//   repository_of_file("github/acme/shop/collaborators.json")   "acme/shop"
//   repository_of_file("collaborators-shop.json")               "?/shop": link_facts() looks for the owner
//   repository_of_file("collaborators.json")                    ""

#include <string>
#include <string_view>

#include "identity/rows.hpp"

namespace dislodge::identity {

// The path of the file that a row is from, without the place in it.
std::string_view file_of(const Row &row);

// Lower case. The owner is "?" where the file does not say it.
std::string repository_of_file(std::string_view path);

// An id of Okta in the path, by its first three characters: "00g" of a group, "00u" of a user, "0oa" of an
// application; "" where there is none. As written, since ids are told apart by case.
std::string_view okta_id_of_file(std::string_view path, std::string_view prefix);

}  // namespace dislodge::identity
