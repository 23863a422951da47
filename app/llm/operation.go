package llm

// Operation is what a call asks for.
type Operation string

// The operations.
const (
	Chat       Operation = "chat"
	Embeddings Operation = "embeddings"
	// Completions go on from a text: what there was before chat.
	Completions Operation = "completions"
	// CountTokens asks how long a conversation is. It generates nothing and costs nothing.
	CountTokens Operation = "count_tokens"
)

// What is asked of an answer that a provider keeps.
const (
	ShowKept   Operation = "response_show"
	DeleteKept Operation = "response_delete"
	CancelKept Operation = "response_cancel"
	ListKept   Operation = "response_input_items"
)

// What OpenAI's family has beside text: pictures, sound, verdicts on content, and files that a provider keeps. Pictures and
// sound are translated (Wish), the others pass to providers that speak that family.
const (
	MakeImages Operation = "image_generation"
	EditImages Operation = "image_edit"
	Transcribe Operation = "transcription"
	Interpret  Operation = "translation" // speech of any language as English text
	Speak      Operation = "speech"
	Moderate   Operation = "moderation"

	UploadFile Operation = "file_upload"
	ListFiles  Operation = "file_list"
	ShowFile   Operation = "file_show"
	ReadFile   Operation = "file_content"
	DeleteFile Operation = "file_delete"
)

// Media reports whether this makes or reads pictures or sound, or judges content: the request says all that it can cost, and
// no cap on tokens can be lowered.
func (o Operation) Media() bool {
	switch o {
	case MakeImages, EditImages, Transcribe, Interpret, Speak, Moderate:
		return true
	}
	return false
}

// Filed reports whether this is about files that a provider keeps.
func (o Operation) Filed() bool {
	switch o {
	case UploadFile, ListFiles, ShowFile, ReadFile, DeleteFile:
		return true
	}
	return false
}

// Generates reports whether this makes text of which a cap on tokens bounds the length.
func (o Operation) Generates() bool { return o == Chat || o == Completions }

// Kept reports whether this is about an answer that a provider keeps (Call.Follows), and not about a model.
func (o Operation) Kept() bool {
	return o == ShowKept || o == DeleteKept || o == CancelKept || o == ListKept
}

// Free reports whether providers do this without charging for it: no money is held, and none is booked.
func (o Operation) Free() bool { return o == CountTokens || o.Kept() || o.Filed() }
