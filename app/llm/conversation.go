package llm

// Conversation is what a chat call asks, in no dialect: what one dialect's Parse reads and another's Render writes. It is
// made only when client and provider speak different dialects (Call.Conversation); nothing in it is shared with the
// network, and nobody changes it after Parse.
//
// What a call asks about its answer as a whole — model, stream, output cap, number of choices, tier — stays in Call.
type Conversation struct {
	// System are the parts of all system and developer turns before the first other turn, in their order.
	System []Part
	// Turns are the rest. Neighbours have different roles (Add merges them), and none is empty.
	Turns []Turn
	Tools []Tool
	// Choose says which tools the model may or must call.
	Choose    ToolChoice
	Sampling  Sampling
	Reasoning Reasoning
	Format    Format
	// User is the end user's id, as the client names it for abuse reports.
	User string
	// Metadata are the client's own labels, a JSON object as it stood; nil without.
	Metadata []byte
	// Unknown are top-level fields of the request for which this form has no place, sorted. Render reports each as
	// dropped (Notes), so that nothing is lost in silence.
	Unknown []string
}

// Role is who speaks.
type Role uint8

// The roles. Tool results are parts of a user's turn, as most dialects have them.
const (
	User Role = iota
	Assistant
	// System is an instruction in the middle of a conversation, which some providers keep in its place and others read
	// as a user's turn.
	System
)

// Turn is what one side says before the other does.
type Turn struct {
	Role  Role
	Parts []Part
}

// Add appends parts to the conversation. A role's neighbouring messages become one turn, because most providers refuse
// two turns of one role; system parts before any turn join System.
func (c *Conversation) Add(r Role, parts ...Part) {
	if len(parts) == 0 {
		return
	}
	if r == System && len(c.Turns) == 0 {
		c.System = append(c.System, parts...)
		return
	}
	if n := len(c.Turns); n > 0 && c.Turns[n-1].Role == r {
		c.Turns[n-1].Parts = append(c.Turns[n-1].Parts, parts...)
		return
	}
	c.Turns = append(c.Turns, Turn{Role: r, Parts: parts})
}

// PartKind says what a part is, and which of its fields count.
type PartKind uint8

// The kinds of parts.
const (
	Text       PartKind = iota // Text
	Refusal                    // Text: what a model said instead of an answer
	Image                      // Media
	Audio                      // Media
	Document                   // Media: a PDF or a plain text
	ToolCall                   // ID, Name, Data: the arguments, a JSON object as it stood
	ToolResult                 // ID of the call, Parts or Text, Failed
	Thinking                   // Text, and Opaque: the signature. Without text the thinking is only there in Opaque
	Foreign                    // Opaque: a part of the dialect Opaque.Of as it stood, which no other one can say
)

// Part is one piece of a turn.
type Part struct {
	Kind PartKind
	Text string
	ID   string
	Name string
	Data []byte
	// Parts is what a tool gave, of kind Text, Image or Document.
	Parts []Part
	// Failed marks a tool's result as an error.
	Failed bool
	Media  *Media
	// Opaque is a provider's own state that must come back to it byte for byte: a thinking signature, an encrypted
	// thought. It may stand on any part. Render writes it only where Opaque.Of is its own family.
	Opaque *Opaque
	// Cache asks the provider to keep everything up to this part; nil does not.
	Cache *Cache
}

// Opaque is a provider's own state. Whoever reads it anywhere else gets garbage, so a family that is not Of drops it.
type Opaque struct {
	Of   Family
	Data string
	// Redacted says that Data is the thinking itself, hidden, and not a signature under readable thinking.
	Redacted bool
}

// Media is an image, a sound or a document: inline, or by address. Never both.
type Media struct {
	Type   string // media type, such as "image/png"; "" if only an address is known
	Base64 string // the bytes, as they stood in the request
	URL    string // http(s); whether a provider may fetch it is the provider's business, we never do
	FileID string // a file uploaded to one provider, no other has it
	Text   string // a document that is plain text
	Name   string // a document's title or file name
	Detail string // how closely to look at an image: low, high, auto
}

// Cache is a mark for the provider's prompt cache.
type Cache struct {
	TTL string // "5m" or "1h"; "" is the provider's own
}
