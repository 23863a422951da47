package identityweb

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"strings"

	"github.com/pquerna/otp"

	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// picture is the set-up's QR code as a data: URL; the content security policy allows images of that kind.
func picture(s factor.Setup) (string, error) {
	key, err := otp.NewKeyFromURL(s.URL.Reveal())
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	img, err := key.Image(480, 480)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// spaced is the key in groups of four, for people who type it.
func spaced(s factor.Setup) string {
	var b strings.Builder
	for i, r := range s.Key.Reveal() {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func revealed(codes []secret.String) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = c.Reveal()
	}
	return out
}
