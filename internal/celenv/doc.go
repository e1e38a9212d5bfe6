// Package celenv is Trailsift's condition language: CEL over one CloudTrail record.
//
// It is the only package that imports cel-go. cel-go parses an expression, expands
// its macros and checks its types; this package then turns the checked syntax tree
// into a tree of small nodes of its own and evaluates that. Three reasons for an
// evaluator of our own beside cel-go's:
//
//   - Conditions are total. No event makes one fail: a member that the event lacks is
//     an absent value, every test on an absent value is false, and an operation that
//     makes no sense yields an absent value. cel-go's evaluator answers with errors
//     that && and || absorb or do not absorb depending on the other side.
//   - It reads the Go structs of package event in place. Nothing is boxed, so that a
//     condition costs some tens of nanoseconds and allocates nothing.
//   - Each node knows its place in the source, which is what an explanation needs.
//
// cel-go stays the reference: a differential test evaluates the same expressions with
// both over complete events and compares. Functions of CEL's standard library that
// detections rarely need (timestamps, conversions, bytes) are cel-go's own, called
// through foreign.go.
package celenv
