package llm

import "errors"

// tallied is the answer to CountTokens in another dialect. A Reader tells it as the input of Used; nothing of it is billed.
type tallied struct {
	Stream
	reader Reader
	call   *Call
}

// Next implements Stream.
func (t *tallied) Next() (Event, error) {
	e, err := t.Stream.Next()
	if err != nil || e.Kind != Terminal {
		return e, err
	}
	deltas, err := t.reader.Read(nil, e)
	for i := range deltas {
		if d := &deltas[i]; err == nil && d.Kind == Used {
			e.Raw = t.call.Dialect.Tokens(d.Usage.Input)
			return e, nil
		}
	}
	return Event{Kind: Failed, Usage: e.Usage, Err: untranslatable(errors.Join(err, errNoCount))}, nil
}

var errNoCount = errors.New("llm: the reader gave no count")
