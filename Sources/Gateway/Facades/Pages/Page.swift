internal import Crypto
internal import Foundation
internal import Mustache

/// A page for people: no script, no picture, nothing from elsewhere.
enum Page {
    /// What browsers let a page do (Content Security Policy Level 3): nothing but its own style, and forms to us.
    static let policy: String = {
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return
            "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'"
    }()

    /// Makes a page of a template.
    ///
    /// - Parameters:
    ///   - template: What stands in the page; values are escaped where they stand.
    ///   - values: The values.
    ///   - title: The page's title.
    ///   - status: The answer's status.
    ///   - next: Where the browser goes by itself; nil where it stays.
    /// - Returns: The answer.
    static func answer(
        _ template: PageTemplate, _ values: [String: any Sendable], title: String, status: UInt16,
        next: String? = nil
    ) -> Answer {
        let content = template.render(values)
        let text = frame.render([
            "title": title, "content": content, "style": style, "next": next ?? "",
            "goesOn": next != nil,
        ])
        var answer = Answer(status: status, body: Array(text.utf8))
        answer.contentType = "text/html; charset=utf-8"
        answer.caching = .never
        answer.further.isPage = true
        return answer
    }

    private static let frame = PageTemplate(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        {{#goesOn}}<meta http-equiv="refresh" content="0; url={{next}}">{{/goesOn}}
        <title>{{title}} - Maxine</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <main>
        <h1>{{title}}</h1>
        {{{content}}}
        </main>
        </body>
        </html>

        """)

    private static let style = """
        body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1f24;background:#f6f7f9}
        main{max-width:34rem;margin:4rem auto;padding:2rem;background:#fff;border:1px solid #d5d9df;border-radius:.5rem}
        h1{font-size:1.4rem;margin:0 0 1rem}
        h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
        label{display:block;margin:.75rem 0 .25rem;font-weight:600}
        input,select{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #7a828d;border-radius:.25rem}
        button,a.button{font:inherit;display:inline-block;margin:1rem .5rem 0 0;padding:.5rem 1rem;border:1px solid #1f4f8f;border-radius:.25rem;background:#1f4f8f;color:#fff;text-decoration:none}
        a.button,button.second{background:#fff;color:#1f4f8f}
        .code{font:1.25rem/1.2 ui-monospace,monospace;letter-spacing:.08em}
        .warning{border-left:4px solid #b45309;background:#fff7e6;padding:.5rem .75rem;margin:1rem 0}
        table{width:100%;border-collapse:collapse}
        th,td{text-align:left;padding:.35rem .5rem .35rem 0;border-bottom:1px solid #e4e7eb;vertical-align:top;overflow-wrap:anywhere}
        td.word{overflow-wrap:normal}
        :focus-visible{outline:3px solid #f2a900;outline-offset:2px}
        """
}

/// A template, read once.
struct PageTemplate: Sendable {
    private let template: MustacheTemplate?

    init(_ text: String) { template = try? MustacheTemplate(string: text) }

    /// Whether it could be read.
    var isSound: Bool { template != nil }

    func render(_ values: [String: any Sendable]) -> String { template?.render(values) ?? "" }
}
