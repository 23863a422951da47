package audit

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// masked stands where a value must not be read.
const masked = "[redacted]"

// private are names of fields whose values nobody may read in the log, whatever a service thinks.
var private = map[string]bool{"password": true, "secret": true, "credential": true, "hash": true, "mac": true, "private_key": true, "api_key": true,
	"authorization": true, "totp": true, "otp": true, "seed": true, "recovery_codes": true, "cookie": true, "bearer": true}

// aboutSecret are words that say whether there is a secret and how to tell it from others, as the rooms write them.
var aboutSecret = regexp.MustCompile(`^(none|set, ends in .{0,4})$`)

var keyShape = regexp.MustCompile(secret.TokenPattern)

// canonical is JSON with sorted keys (encoding/json sorts maps), and with secrets masked.
func canonical(m map[string]any) (string, error) {
	if m == nil {
		return "", nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	var plain any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&plain); err != nil {
		return "", err
	}
	b, err = json.Marshal(mask("", plain))
	return string(b), err
}

// mask walks a value. Booleans and nothing at all stay: they say that there is a secret, not which.
func mask(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = mask(k, x)
		}
	case []any:
		for i, x := range v {
			v[i] = mask(name, x)
		}
	case string:
		name = strings.ToLower(name)
		if v != "" && !aboutSecret.MatchString(v) && (private[name] || strings.HasSuffix(name, "_secret") || strings.HasSuffix(name, "_password")) {
			return masked
		}
		return keyShape.ReplaceAllString(v, masked)
	}
	return v
}
