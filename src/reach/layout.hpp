#pragma once
// A part of reach as a picture: how the intruder came to a thing, and what follows from it, laid out by time
// from left to right. For the page, and for whoever draws elsewhere.
//
//   const Picture picture = picture_of(reach, "resource:github/acme/infra");
//   picture.json();

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reach/reach.hpp"

namespace dislodge::reach {

struct PictureOptions {
  std::size_t things_max = 200;  // beyond, what lies furthest behind the thing is left out
  unsigned steps_behind = 2;     // how far what follows is drawn
};

struct PictureThing {
  std::string id, type, name;
  Grade grade = Grade::possible;
  base::Time since;
  // Column by time (equal times share one, causes always stand left of what follows), row so that few lines
  // cross. Both count from 0.
  unsigned column = 0, row = 0;
  bool asked = false;  // the thing itself, or a step that leads to it
};

struct PictureStep {
  std::uint32_t from = 0, to = 0;  // indexes of things
  std::string rule, says, evidence;
  base::Interval interval;
};

struct Picture {
  std::vector<PictureThing> things;  // by column, then row
  std::vector<PictureStep> steps;
  std::uint64_t left_out = 0;  // things that follow and were not drawn
  std::string json() const;    // {"things":[...],"steps":[...],"left_out":n}
};

// Of one thing, by its id; a usage error where it is not within reach. An empty id: the proofs of the most
// important things, which are those that open most.
base::Result<Picture> picture_of(const Reach &reach, std::string_view id, const PictureOptions &options = {});

}  // namespace dislodge::reach
