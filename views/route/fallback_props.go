package route

import "github.com/bodhi-gateway/bodhi/views/ui"

// FallbackPage is what follows a failure at an alias, and how its targets do now.
type FallbackPage struct {
	RuleFrame
	Version, Error                                            string
	Order, OrderError, Short, ShortError, Answer, AnswerError string
	WeightError, MixError, TargetError, Cached, CachedError   string
	Window, Content, Tier, Own                                bool
	Weights, Mix                                              []WeightField
	List                                                      []FallbackTarget
	Causes, Priorities                                        []ui.Option
	Live                                                      LiveBox
	Only                                                      OnlyBox
	Wider                                                     []string // what the organization says that holds here
}

func (p FallbackPage) demandsOf() string {
	if p.General {
		return "For every model of the organization."
	}
	return "For all lists of the alias."
}

// WeightField is one number of the form.
type WeightField struct{ Name, Label, Hint, Value string }

// FallbackTarget is what is said of one target of the alias's own list. An alias among them speaks for itself.
type FallbackTarget struct {
	N                           int
	Name, Quality, Hours, After string
	Alias                       bool
}

// LiveBox are the targets as they stand now.
type LiveBox struct {
	Strategy                    string
	Rows                        []LiveRow
	Cause, CauseWords, Priority string
	Scored                      bool
	Next                        []NextRow
}

// LiveRow is one target.
type LiveRow struct {
	Connection, Model, Note, Hours                  string
	Share, InFlight, Latency, Failed, Success, Cost string
	PerMille                                        int64
}

// NextRow is a target that follows a failure.
type NextRow struct {
	Name, Score, Why string
	Parts            []string
}

// OnlyBox is what the alias demands of every target.
type OnlyBox struct {
	Regions, MaxInput, MaxOutput, MinContext                      string
	RegionError, InputError, OutputError, ContextError, NeedError string
	ZeroRetention, NoTraining, Capable, Extract                   bool
	Needs                                                         []NeedBox
}

// NeedBox is one capability to tick.
type NeedBox struct {
	Name, Label string
	Checked     bool
}
