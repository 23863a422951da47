package pii

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// The corpus is made, not collected: values that exist by the rules of their kind, in the places where people write them, and
// as many that only look like it. It is the same in each run.

type corpus struct{ *rand.Rand }

func (c corpus) pick(list ...string) string { return list[c.IntN(len(list))] }

func (c corpus) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + c.IntN(10))
	}
	return string(b)
}

func (c corpus) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[c.IntN(len(alphabet))]
	}
	return string(b)
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// grouped writes digits in groups.
func grouped(s, sep string, sizes ...int) string {
	var out []string
	for _, n := range sizes {
		out = append(out, s[:n])
		s = s[n:]
	}
	return strings.Join(out, sep)
}

// sums is Luhn's checksum, written for the corpus alone.
func sums(digits string) bool {
	total := 0
	for i, d := range digits {
		n := int(d - '0')
		if (len(digits)-i)%2 == 0 {
			n = n*2/10 + n*2%10
		}
		total += n
	}
	return total%10 == 0
}

// remainder is that of an IBAN by 97, written for the corpus alone: the country's letters as numbers, and all of it as one.
func remainder(iban string) int64 {
	text := ""
	for _, c := range iban[4:] + iban[:4] {
		if c >= 'A' {
			text += fmt.Sprint(c - 'A' + 10)
		} else {
			text += string(c)
		}
	}
	n, _ := new(big.Int).SetString(text, 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// form writes a number by its form: A is a letter, 9 a digit, anything else itself.
func (c corpus) form(form string) string {
	b := []byte(form)
	for i, x := range b {
		switch x {
		case 'A':
			b[i] = "ABCDEFGHJKLMNPRSTUVWXYZ"[c.IntN(23)]
		case '9':
			b[i] = byte('0' + c.IntN(10))
		}
	}
	return string(b)
}

func (c corpus) card(fit bool) string {
	x := []struct {
		lead string
		n    int
	}{{"4", 16}, {"51", 16}, {"55", 16}, {"2221", 16}, {"34", 15}, {"37", 15}, {"6011", 16}, {"65", 16}, {"36", 14}, {"3530", 16}, {"62", 17}}[c.IntN(11)]
	body := x.lead + c.digits(x.n-len(x.lead)-1)
	last := 0
	for last < 10 && !sums(body+fmt.Sprint(last)) {
		last++
	}
	if !fit {
		last = (last + 1 + c.IntN(9)) % 10
	}
	s := body + fmt.Sprint(last)
	switch sep := c.pick("", " ", "-"); {
	case sep == "":
	case x.n == 16:
		return grouped(s, sep, 4, 4, 4, 4)
	case x.n == 15:
		return grouped(s, sep, 4, 6, 5)
	}
	return s
}

func (c corpus) iban(fit bool) string {
	at := c.IntN(len(lengths)/4) * 4
	n := int(lengths[at+2]-'0')*10 + int(lengths[at+3]-'0')
	country, body := lengths[at:at+2], c.digits(n-4)
	for check := 2; check <= 98; check++ {
		if s := fmt.Sprintf("%s%02d%s", country, check, body); remainder(s) == 1 {
			if !fit {
				s = fmt.Sprintf("%s%02d%s", country, (check+1+c.IntN(95))%97, body)
			}
			if c.IntN(2) == 0 {
				return s
			}
			var parts []string
			for ; len(s) > 4; s = s[4:] {
				parts = append(parts, s[:4])
			}
			return strings.Join(append(parts, s), " ")
		}
	}
	return ""
}

func (c corpus) american(sep1, sep2 string) string {
	return fmt.Sprintf("%d0%d%s%d3%d%s%s", 2+c.IntN(8), c.IntN(10), sep1, 2+c.IntN(8), c.IntN(10), sep2, c.digits(4))
}

// abroad are numbers as they are written in their countries: the code, what stands before the last digits, and how many those are.
var abroad = []struct {
	lead string
	last int
}{{"49 30 ", 8}, {"49 (0)30 ", 7}, {"49 151 ", 8}, {"44 20 ", 8}, {"44 (0)20 ", 8}, {"33 1 ", 8}, {"33 (0)6 ", 8}, {"81 3 ", 8}, {"91 22 ", 8}, {"351 21 ", 7}, {"971 4 ", 7}, {"39 06 ", 8}, {"34 91 ", 7}, {"31 20 ", 7},
	{"41 44 ", 7}, {"43 1 ", 7}, {"32 2 ", 7}, {"45 32 ", 6}, {"46 8 ", 7}, {"47 22 ", 6}, {"48 22 ", 7}, {"420 2 ", 8}, {"353 1 ", 7}, {"7 495 ", 7}, {"86 10 ", 8}, {"82 2 ", 8}, {"61 2 ", 8}, {"55 11 ", 9}, {"52 55 ", 8}, {"972 3 ", 7}, {"90 212 ", 7}}

// exact are codes of countries whose numbers have neither 7 digits nor 12.
var exact = []string{"33 ", "351 ", "34 ", "45 ", "1 ", "52 ", "47 ", "32 "}

// international is a number with its country, or one that is too short for it or too long.
func (c corpus) international(fit bool) string {
	if !fit {
		digits := c.digits(c.pickInt(7, 12))
		if digits[0] == '0' {
			digits = "9" + digits[1:]
		}
		return "+" + exact[c.IntN(len(exact))] + digits[:3] + c.pick("", " ", "-") + digits[3:]
	}
	x := abroad[c.IntN(len(abroad))]
	return "+" + x.lead + c.digits(x.last-4) + c.pick(" ", "", "-") + c.digits(4)
}

// positive is a value of a kind.
func (c corpus) positive(k Kind) string {
	switch k {
	case Email:
		return c.pick("ada", "grace.hopper", "a_b", "x+tag", "O.Neill-7", "jörg") + "@" + c.pick("acme.test", "mail.acme.co.uk", "sub-domain.example.org", "bücher.de", "x1.io", "université.fr")
	case Phone:
		switch c.IntN(5) {
		case 0:
			return c.international(true)
		case 1:
			return "+1 " + c.american("-", "-")
		case 2:
			return "(" + c.american(") ", "-")
		case 3:
			return c.american(c.pick("-", "."), "-")
		}
		return c.pick("Tel. ", "phone: ", "mobile ") + "0" + c.pick("30", "89", "151") + " " + c.digits(7)
	case SSN:
		return fmt.Sprintf("%03d-%02d-%04d", 1+c.IntN(665), 1+c.IntN(99), 1+c.IntN(9999))
	case Card:
		return c.card(true)
	case IBAN:
		return c.iban(true)
	case IP:
		if c.IntN(3) == 0 {
			return c.pick("2a00:1450:4001:82a::200e", "2001:db8:85a3::8a2e:370:7334", "2606:4700:4700:0:0:0:0:1111", "2A02:8108:8ac0:1a00::1", "3fff:1:2:3:4:5:6:7")
		}
		return fmt.Sprintf("%d.%d.%d.%d", c.pickInt(81, 93, 134, 203, 52, 185, 212), 16+c.IntN(200), c.IntN(256), 10+c.IntN(200))
	case Passport:
		return c.pick("passport ", "Passport no. ", "passport number: ", "Reisepass ", "Reisepassnummer: ", "passeport n° ", "pasaporte ", "passaporto n. ") +
			c.form(c.pick("999999999", "A99999999", "A9999999", "AA9999999", "AA999999", "99AA99999", "AAA999999", "C01X00T47", "E99999999", "PA999999"))
	case Licence:
		if c.IntN(3) == 0 {
			return c.form("AAAAA9") + fmt.Sprintf("%02d%02d%d", c.pickInt(0, 50)+1+c.IntN(12), 1+c.IntN(28), c.IntN(10)) + c.form("AA9AA")
		}
		return c.pick("driver's license ", "driving licence: ", "Driver License Number ", "driver_license=", "Führerschein ", "permis de conduire ", "patente di guida ") +
			c.form(c.pick("A9999999", "99999999", "A999999999999", "999999999", "AA9999999A", "999AA9999", "A9999-99999-99999"))
	}
	s := forms[c.IntN(len(forms)-4)] // the last three have a checksum, and the one before them a structure
	n := s.least
	if s.most != endless {
		n += c.IntN(s.most - s.least + 1)
	} else {
		n += c.IntN(40)
	}
	if strings.HasPrefix(s.prefix, "A") && s.check != nil {
		return s.prefix + c.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n)
	}
	return s.prefix + c.text(alphanumeric, n-1) + "7"
}

// negative looks like something and is nothing.
func (c corpus) negative() string {
	hex := "0123456789abcdef"
	switch c.IntN(29) {
	case 20:
		return c.pick("version ", "v", "Chrome/", "release ") + fmt.Sprintf("%d.%d.%d.%d", c.IntN(200), c.IntN(30), c.IntN(300), c.IntN(200))
	case 21:
		return fmt.Sprintf("%d.%d.%d.%d", 256+c.IntN(700), c.IntN(256), c.IntN(256), c.IntN(256))
	case 22:
		return fmt.Sprintf("%02d:%02d:%02d", c.IntN(24), c.IntN(60), c.IntN(60)) + c.pick("", ":17", " std::vector<int>", " a::b::c2")
	case 23:
		return c.pick("ab:cd:ef:01:23:45", "passenger ", "password ", "bypass ") + c.form("AA9999999")
	case 24:
		return c.pick("part ", "SKU ", "ticket ", "flight ") + c.form(c.pick("AA999999", "A9999999", "999999999", "AAA999999"))
	case 25:
		return c.pick("license: MIT, ", "licensed in ", "driver version ", "driving ") + c.form("99999999")
	case 26:
		return fmt.Sprintf("%d.%d.%d.%d", 1+c.IntN(9), 1+c.IntN(9), 1+c.IntN(9), 1+c.IntN(9))
	case 28:
		return c.pick("offset ", "diff ", "id ") + c.international(false)
	case 27:
		return c.form("AAAAAA99999AAA99") + c.pick("", " 1.2.3.4.5.6", " 1.3.6.1.4.1.311.21")
	case 0:
		return c.card(false)
	case 1:
		return c.iban(false)
	case 2:
		return c.text(hex, 8) + "-" + c.text(hex, 4) + "-4" + c.text(hex, 3) + "-a" + c.text(hex, 3) + "-" + c.text(hex, 12)
	case 3:
		return c.text(hex, 40)
	case 4:
		return c.text(hex, 64)
	case 5:
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%sZ", 1+c.IntN(12), 1+c.IntN(28), c.IntN(24), c.IntN(60), c.IntN(60), c.digits(6))
	case 6:
		return fmt.Sprintf("v%d.%d.%d", c.IntN(30), c.IntN(30), c.IntN(30))
	case 7:
		return fmt.Sprintf("%s.%d.%d:%d", c.pick("10.0", "192.168", "127.0", "172.16", "169.254"), c.IntN(256), c.IntN(256), 1024+c.IntN(60000))
	case 8:
		return "0." + c.digits(16)
	case 9:
		return "17" + c.digits(11) // milliseconds
	case 10:
		return "git@" + c.pick("github.com", "gitlab.acme.test") + ":acme/gateway.git"
	case 11:
		return c.pick("react", "@types/node", "lodash") + "@" + fmt.Sprintf("%d.%d.%d", c.IntN(20), c.IntN(20), c.IntN(20))
	case 12:
		return fmt.Sprintf("%03d-%02d-%04d", c.pickInt(0, 666, 900+c.IntN(99)), 1+c.IntN(99), 1+c.IntN(9999))
	case 13:
		return c.pick("sk-", "ghp_", "AKIA", "AIza", "npm_") + c.text("abcdefghijklmnopqrstuvwxyz", 3+c.IntN(6))
	case 14:
		return "order " + c.digits(9)
	case 15:
		return fmt.Sprintf("%d items at $%d,%s.%s", c.IntN(1000), 1+c.IntN(99), c.digits(3), c.digits(2))
	case 16:
		return fmt.Sprintf("chapter %d, pages %d-%d", c.IntN(40), c.IntN(400), 400+c.IntN(400))
	case 17:
		return "ISBN 978-" + c.digits(1) + "-" + c.digits(4) + "-" + c.digits(4) + "-" + c.digits(1)
	case 18:
		return c.pick("icon", "logo") + "@2x." + c.pick("png", "jpg", "webp")
	}
	return fmt.Sprintf("tokens: %d of %d (%d%%), %d ms", c.IntN(1e6), c.IntN(1e7), c.IntN(100), c.IntN(1e5))
}

func (c corpus) pickInt(list ...int) int { return list[c.IntN(len(list))] }

func TestTheCorpusIsFoundAndItsLookalikesAreNot(t *testing.T) {
	t.Parallel()
	c := corpus{rand.New(rand.NewPCG(1, 2))}
	around := func(v string) string {
		return c.pick("", "Please note ", "(", "\"", "x: ", "It is ", "\n- ", "für ") + v + c.pick("", ".", ", thanks", ")", "\"", " and so on", "\nNext", "; ", "!")
	}
	const each = 500
	for _, k := range Kinds {
		if k.Recognized() {
			continue // they have no form
		}
		missed := 0
		for range each {
			v := c.positive(k)
			text := around(v)
			want := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(v, "Tel. "), "phone: "), "mobile ")
			if k == Passport || k == Licence { // the word before it is none of it
				want = v[strings.LastIndexAny(v, " =")+1:]
			}
			found := false
			for _, h := range Find(nil, []byte(text), nil, All, 10) {
				found = found || h.Kind == k && strings.Contains(text[h.From:h.To], want)
			}
			if !found {
				if missed++; missed < 4 {
					t.Logf("%s: %q is not found: %s", k.Name(), text, sees(text, ""))
				}
			}
		}
		if missed*100 > each { // 99 in 100
			t.Errorf("%s: %d of %d are not found", k.Name(), missed, each)
		}
	}
	const lookalikes = 4000
	wrong := 0
	for range lookalikes {
		text := around(c.negative())
		if got := sees(text, ""); got != "" {
			if wrong++; wrong < 10 {
				t.Logf("%q: found %s", text, got)
			}
		}
	}
	if wrong*1000 > lookalikes*5 { // 5 in 1000
		t.Errorf("in %d of %d look-alikes something is found", wrong, lookalikes)
	}
	t.Logf("%d wrong of %d", wrong, lookalikes)
}
