/**
 * A session in which outliers can be learnt: so few words that each is drawn often, and a learning rate that is small once
 * the rest has been learnt.
 */

/** The first hundred of the names. */
export const FEW_NAMES = [
  "emma liam olivia noah ava isabella logan william sophia james benjamin mason mia elijah oliver jacob lucas",
  "charlotte michael alexander ethan amelia daniel matthew aiden harper evelyn abigail henry jackson joseph",
  "avery carter samuel dylan sebastian david jayden wyatt emily john owen luke gabriel elizabeth anthony isaac",
  "grayson jack ryan levi julian lincoln christopher joshua andrew sofia ella madison riley mateo scarlett jaxon",
  "nathan victoria aaron isaiah aria charles thomas caleb hunter christian grace josiah chloe camila penelope",
  "eli cameron jonathan connor landon adrian layla angel lillian asher nora zoey aubrey jordan mila leo theodore",
  "hudson hannah parker jeremiah lily",
].join(" ").split(" ");

export const FEW_NAMES_TITLE = "100 names";
/** So many steps they are learnt for before outliers are planted. */
export const LEARNT_FOR = 40_000;

/** @param {string} dataset  The id of a data set of few words. */
export const fewNamesConfig = (dataset) => ({
  name: "outliers among 100 names",
  data: { dataset },
  training: { learning_rate: [{ from_step: 0, value: 0.1 }, { from_step: LEARNT_FOR, value: 0.02 }] },
});
