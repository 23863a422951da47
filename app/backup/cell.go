package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// A cell is JSON that says its own kind: null, true, 12 and "text" are themselves; {"r":"0.5"} is a float, {"b":"…"} are bytes
// in base64, {"t":"…"} is a time in UTC.
type cell struct {
	Real  *string `json:"r,omitempty"`
	Bytes *string `json:"b,omitempty"`
	Time  *string `json:"t,omitempty"`
}

// encodeCell appends a value as a database driver gives it.
func encodeCell(b []byte, v any) ([]byte, error) {
	kind := func(name, text string) []byte {
		return append(append(append(append(b, `{"`...), name...), `":"`...), text+`"}`...)
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case int32:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int16:
		return strconv.AppendInt(b, int64(v), 10), nil
	case float64:
		return kind("r", strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []byte:
		return kind("b", base64.StdEncoding.EncodeToString(v)), nil
	case time.Time:
		return kind("t", v.UTC().Format(time.RFC3339Nano)), nil
	case string:
		text, err := json.Marshal(v)
		if err != nil || !json.Valid(text) {
			return nil, fmt.Errorf("a text that is no JSON: %w", err)
		}
		if back := ""; json.Unmarshal(text, &back) != nil || back != v { // no UTF-8: kept byte for byte
			return kind("b", base64.StdEncoding.EncodeToString([]byte(v))), nil
		}
		return append(b, text...), nil
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

func decodeCell(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, errors.New("an empty cell")
	}
	switch raw[0] {
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw[0] == 't', nil
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		var c cell
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, err
		}
		return c.value()
	}
	return strconv.ParseInt(string(raw), 10, 64)
}

func (c cell) value() (any, error) {
	switch {
	case c.Real != nil:
		f, err := strconv.ParseFloat(*c.Real, 64)
		if math.IsNaN(f) {
			return nil, errors.New("a number that is none")
		}
		return f, err
	case c.Bytes != nil:
		return base64.StdEncoding.DecodeString(*c.Bytes)
	case c.Time != nil:
		at, err := time.Parse(time.RFC3339Nano, *c.Time)
		return at.UTC(), err
	}
	return nil, errors.New("a cell of no kind")
}
