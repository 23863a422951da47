// Package id gives every entity a typed identifier: a UUID of version 7 (RFC 9562), so ids sort by the time they
// were made, printed with a prefix that says what it names: key_01jf…, team_01jf…
//
// In the database an id is a plain uuid (text on SQLite, uuid on PostgreSQL); the printed form is for people, URLs
// and APIs. A zero id is never valid: stores refuse it.
package id

import (
	"bytes"
	"database/sql/driver"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Entity names what an id identifies. Only the markers of this package implement it.
type Entity interface{ prefix() string }

// ID identifies one entity of type T. The zero value identifies nothing.
type ID[T Entity] struct{ u uuid.UUID }

// Crockford's alphabet, lower case: no letters that look like digits, and ascending, so printed ids sort like their
// bytes.
var text = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

var errMalformed = errors.New("malformed id")

// String prints the id with its prefix; a zero id prints as "".
func (i ID[T]) String() string {
	if i.IsZero() {
		return ""
	}
	var t T
	return t.prefix() + "_" + text.EncodeToString(i.u[:])
}

// IsZero reports whether the id names nothing.
func (i ID[T]) IsZero() bool { return i.u == uuid.Nil }

// Bytes are the 16 bytes, for keyed hashes and additional authenticated data.
func (i ID[T]) Bytes() [16]byte { return i.u }

// UUID is the plain form that databases hold.
func (i ID[T]) UUID() string { return i.u.String() }

// Compare orders ids by the time they were made.
func (i ID[T]) Compare(o ID[T]) int { return bytes.Compare(i.u[:], o.u[:]) }

// FromBytes makes an id of 16 bytes, e.g. read back from a journal.
func FromBytes[T Entity](b [16]byte) ID[T] { return ID[T]{u: b} }

// Parse reads the printed form, or a plain UUID. It refuses another entity's prefix.
func Parse[T Entity](s string) (ID[T], error) {
	var t T
	if rest, ok := strings.CutPrefix(s, t.prefix()+"_"); ok {
		var u uuid.UUID
		if len(rest) != 26 {
			return ID[T]{}, errMalformed
		}
		if n, err := text.Decode(u[:], []byte(rest)); err != nil || n != 16 || text.EncodeToString(u[:]) != rest {
			return ID[T]{}, errMalformed
		}
		return ID[T]{u: u}, nil
	}
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return ID[T]{}, errMalformed
	}
	return ID[T]{u: u}, nil
}

// MarshalText prints the id, so JSON and YAML carry the prefixed form.
func (i ID[T]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText printed; "" is the zero id.
func (i *ID[T]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = ID[T]{}
		return nil
	}
	v, err := Parse[T](string(b))
	*i = v
	return err
}

// Value gives databases the plain uuid, or NULL for a zero id.
func (i ID[T]) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.u.String(), nil
}

// Scan reads a uuid column; NULL is the zero id.
func (i *ID[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = ID[T]{}
		return nil
	case string:
		u, err := uuid.Parse(v)
		i.u = u
		return err
	case []byte:
		if len(v) == 16 {
			copy(i.u[:], v)
			return nil
		}
		u, err := uuid.ParseBytes(v)
		i.u = u
		return err
	case [16]byte:
		i.u = v
		return nil
	}
	return fmt.Errorf("id: cannot read %T", src)
}

// GormDataType tells GORM the column's type.
func (ID[T]) GormDataType() string { return "uuid" }
