package llm

// Reading is what a whole answer says about itself.
type Reading struct {
	Model string // as the answer names it; "" if it does not
	Tier  string // the service tier that served it, by its own word; "" if it names none
	Usage Usage
	// Reported tells usage that is stated, if only as zero, from usage that is missing: an answer without usage has an
	// unknown cost, not none.
	Reported bool
}
