package admin

// FoldMargin is how long before the deadline of a request no more users are folded.
const FoldMargin = foldMargin
