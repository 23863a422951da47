package dialect

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// What a request may hold at most. No provider takes more, and each bounds what one request can cost.
const (
	MaxMessages = 4096
	MaxChoices  = 128
	MaxTokens   = 1 << 31
	MaxModel    = 256 // bytes of a model's name
)

// Walk is one request body being read strictly: the cursor, the first refusal, and where in the messages it is. A dialect
// embeds it and reads what its policy needs; everything else it skips. It is a value on the caller's stack: nothing in it
// takes functions, so that nothing of it moves to the heap.
type Walk struct {
	scan.Cursor
	refusal *fault.Error
	// List and Sub are the names of the message list and of a message's list of parts, for refusals; Item and Part are
	// the indexes in them, -1 outside.
	List, Sub  string
	Item, Part int

	fold [48]byte
	word [48]byte
}

// Start makes a walk over a body.
func Start(body []byte, list, sub string) Walk {
	return Walk{Cursor: scan.New(body), List: list, Sub: sub, Item: -1, Part: -1}
}

// Level is one kind of watched object on a walk: the keys seen in the one that is open, and room for an unescaped key,
// which is needed again after its value.
type Level struct {
	seen scan.Seen
	room [48]byte
}

// Open forgets the keys, for the next object of its kind.
func (l *Level) Open() { l.seen.Reset() }

// Name reads the next key of a watched object. It refuses keys that repeat. The caller finds the key's place, and asks
// Misspelt about those that have none.
func (w *Walk) Name(l *Level) (name []byte, at llm.Spot, ok bool) {
	key, ok := w.Key()
	if !ok {
		return nil, llm.Spot{}, false
	}
	name = w.Value(key, l.room[:])
	if !l.seen.First(&w.Cursor, key) {
		w.Refuse(string(Clip(name)), "The key %q stands twice in one object. Readers differ in which one they take; send it once.", string(Clip(name)))
		return nil, llm.Spot{}, false
	}
	return name, llm.Spot{From: key.From, To: key.To}, true
}

// Folded is a key as a lenient reader would match it; nil if that is the key itself. Where it has a place and the key has
// none, the caller refuses with Misspelt: the provider must not read a different request than we did.
func (w *Walk) Folded(name []byte) []byte {
	if scan.Folded(name) {
		return nil
	}
	return scan.Fold(name, w.fold[:])
}

// Misspelt refuses a key that some servers would take for another one.
func (w *Walk) Misspelt(name, folded []byte) {
	w.Refuse(string(Clip(name)), "The key %q must be written %q: some servers would read it as that, others would ignore it.", string(Clip(name)), string(folded))
}

// Refuse records the first refusal and ends the walk.
func (w *Walk) Refuse(name, format string, args ...any) {
	if w.refusal == nil && w.Err() == nil {
		w.refusal = fault.Field(w.Path(name), fmt.Sprintf(format, args...))
	}
	w.Stop()
}

// Path is where a field stands: "messages[3].content[0].image_url".
func (w *Walk) Path(name string) string {
	switch {
	case w.Item < 0:
		return name
	case w.Part < 0:
		return fmt.Sprintf("%s[%d].%s", w.List, w.Item, name)
	}
	return fmt.Sprintf("%s[%d].%s[%d].%s", w.List, w.Item, w.Sub, w.Part, name)
}

// Finish gives the first refusal, or checks the bytes after the object. Nil means that the body is sound.
func (w *Walk) Finish() error {
	if w.refusal != nil {
		return w.refusal
	}
	if !w.End() {
		e := w.Err()
		return fault.Field("", fmt.Sprintf("The request's body is not valid JSON: at byte %d, %s.", e.At, e.Why))
	}
	return nil
}

// Begin is where the next value begins.
func (w *Walk) Begin() int { w.Kind(); return w.At() }

// Absent reads over a null, which means the same as an absent field.
func (w *Walk) Absent() bool { return w.Kind() == scan.Null && w.Null() }

// Present reads over a value and reports whether it was one, other than null.
func (w *Walk) Present() bool {
	k := w.Kind()
	w.Skip()
	return k != scan.Null
}

// Each reads over the elements of an array and counts them.
func (w *Walk) Each() (n int) {
	w.Array()
	for w.More() {
		w.Skip()
		n++
	}
	return n
}

// Is checks the next value's type; want completes "must be". A byte that begins no value is left to the cursor, which
// reports it better.
func (w *Walk) Is(kind scan.Kind, name, want string) bool {
	k := w.Kind()
	if k == kind {
		return true
	}
	if k == scan.Bad {
		w.Skip()
	}
	w.Refuse(name, "%q must be %s.", w.Path(name), want)
	return false
}

// Word reads a short string by value; room for it is shared, so use it before the next one.
func (w *Walk) Word(name string) ([]byte, bool) {
	if !w.Is(scan.String, name, "a string") {
		return nil, false
	}
	t, ok := w.String()
	if !ok {
		return nil, false
	}
	return w.Value(t, w.word[:]), true
}

// Flag reads true, false or null.
func (w *Walk) Flag(name string) bool {
	if w.Absent() || !w.Is(scan.Bool, name, "true or false") {
		return false
	}
	v, _ := w.Bool()
	return v
}

// Count reads a whole number from 1 to most, or null, which gives 0.
func (w *Walk) Count(name string, most int64) int64 {
	if w.Absent() || !w.Is(scan.Number, name, "a whole number") {
		return 0
	}
	v, ok := w.Int()
	if !ok || v < 1 || v > most {
		w.Refuse(name, "%q must be a whole number from 1 to %d.", w.Path(name), most)
		return 0
	}
	return v
}

// Model reads the model's name and where it stands.
func (w *Walk) Model() (string, llm.Spot) {
	from := w.Begin()
	name, ok := w.Word("model")
	if !ok {
		return "", llm.Spot{}
	}
	if len(name) == 0 || len(name) > MaxModel {
		w.Refuse("model", "\"model\" must be a name of 1 to %d bytes.", MaxModel)
		return "", llm.Spot{}
	}
	return string(name), llm.Spot{From: from, To: w.At()}
}

// Label reads a string that only the provider judges, at most 256 bytes of it; "" for anything else.
func (w *Walk) Label() string {
	if w.Kind() != scan.String {
		w.Skip()
		return ""
	}
	t, _ := w.String()
	label := w.Value(t, nil)
	return string(label[:min(len(label), MaxModel)])
}

// Member walks over an object and gives its one string member that counts; To is 0 if there is none. The object's other
// keys may be anything, but none may repeat or look like that one.
func (w *Walk) Member(l *Level, name, want string) (found scan.Text) {
	if w.Absent() || !w.Is(scan.Object, name, "an object") {
		return scan.Text{}
	}
	w.Object()
	l.Open()
	for key, _, ok := w.Name(l); ok; key, _, ok = w.Name(l) {
		switch folded := w.Folded(key); {
		case string(key) == want && w.Kind() == scan.String:
			found, _ = w.String()
		case string(folded) == want:
			w.Misspelt(key, folded)
		default:
			w.Skip()
		}
	}
	return found
}

// Clip shortens a name for a sentence.
func Clip(b []byte) []byte { return b[:min(len(b), 64)] }
