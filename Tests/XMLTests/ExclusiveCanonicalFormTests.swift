import Foundation
import Support
import Testing
import XML

@Suite struct ExclusiveCanonicalFormTests {
    private func form(
        _ text: String, _ path: [Int] = [], omitting: Int? = nil, inclusive: [String] = []
    ) throws -> String {
        var element = try XMLReader.read(Array(text.utf8))
        for index in path { element = element.elements[index] }
        return String(
            decoding: ExclusiveCanonicalForm.bytes(
                of: element, omittingChild: omitting, inclusive: inclusive), as: UTF8.self)
    }

    /// The examples of the recommendation, sections 2.2 and 1.
    @Test func theExamplesOfTheRecommendation() throws {
        let pieces = """
            <n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>
            """
        #expect(
            try form(pieces, [0])
                == #"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#
        )
        let other = """
            <n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>
            """
        #expect(try form(other, [0]) == form(pieces, [0]))
    }

    @Test(arguments: [
        (#"<b xmlns="urn:d" z="1" a="2"/>"#, #"<b xmlns="urn:d" a="2" z="1"></b>"#),
        (
            #"<a xmlns:y="urn:a" xmlns:x="urn:b" y:k="1" x:j="2" k="3"/>"#,
            #"<a xmlns:x="urn:b" xmlns:y="urn:a" k="3" y:k="1" x:j="2"></a>"#
        ),
        (
            #"<a xmlns="urn:d"><b xmlns=""><c/></b></a>"#,
            #"<a xmlns="urn:d"><b xmlns=""><c></c></b></a>"#
        ),
        (#"<a xmlns:u="urn:unused"><u:b/></a>"#, #"<a><u:b xmlns:u="urn:unused"></u:b></a>"#),
        (
            "<a b=\"&#9;&#10;&#13;&quot;'&lt;&gt;&amp;\">&#13;\r\n\"&lt;&gt;&amp;</a>",
            "<a b=\"&#x9;&#xA;&#xD;&quot;'&lt;>&amp;\">&#xD;\n\"&lt;&gt;&amp;</a>"
        ),
        (
            #"<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"/><p:c/></p:a>"#,
            #"<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"></p:b><p:c></p:c></p:a>"#
        ),
    ])
    func allOfARuleIsHeld(_ text: String, _ expected: String) throws {
        #expect(try form(text) == expected)
    }

    @Test func listedPrefixesAreRenderedWhereTheyAreInScope() throws {
        let text = #"<a xmlns:xs="urn:xs" xmlns="urn:d"><b xmlns:y="urn:y">xs:string</b></a>"#
        #expect(try form(text, [0]) == #"<b xmlns="urn:d">xs:string</b>"#)
        #expect(
            try form(text, [0], inclusive: ["xs", "none"])
                == #"<b xmlns="urn:d" xmlns:xs="urn:xs">xs:string</b>"#)
        let plain = #"<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b/></p:a>"#
        #expect(
            try form(plain, inclusive: [""])
                == #"<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b></p:b></p:a>"#)
    }

    @Test func aChildIsLeftOutWithAllInIt() throws {
        #expect(try form("<a>x<s><t/></s>y</a>", omitting: 1) == "<a>xy</a>")
    }

    /// What was signed says all that was read: no two trees have one form.
    @Test func theFormReadAgainIsTheSameTree() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<Repetitions.of(2_000) {
            let text = RandomDocument.make(&random)
            let once = try form(text)
            let tree = try XMLReader.read(Array(text.utf8))
            let again = try XMLReader.read(Array(once.utf8))
            #expect(try form(once) == once, "\(text)")
            #expect(again.isSame(as: tree), "\(text)")
        }
    }

    /// Against libxml2, which nobody here wrote.
    @Test func othersMakeTheSameOfIt() throws {
        guard Shell.has("xmllint") else {
            print(
                "xmllint (libxml2-utils) is missing: canonical forms are not compared with its own")
            return
        }
        var random = SeededGenerator(seed: 12)
        let folder = try TestFolder()
        for number in 0..<Repetitions.of(300) {
            let text = RandomDocument.make(&random)
            try folder.write(text, to: "\(number).xml")
            let theirs = try Shell.run(["xmllint", "--exc-c14n", folder.path("\(number).xml")])
            #expect(theirs.status == 0, "\(text)")
            let ours = try form(text)
            #expect(theirs.output == ours || theirs.output == ours + "\n", "\(text)")
        }
    }
}

/// Documents of all that is taken.
enum RandomDocument {
    static func make(_ random: inout SeededGenerator) -> String {
        element(&random, depth: 0, prefixes: [""])
    }

    private static func element(
        _ random: inout SeededGenerator, depth: Int, prefixes: [String]
    ) -> String {
        var prefixes = prefixes
        var attributes: [String] = []
        for prefix in ["", "p", "q"] where Int.random(in: 0..<4, using: &random) == 0 {
            let uri = ["urn:a", "urn:b", "http://c.example/"].randomElement(using: &random) ?? ""
            attributes.append(prefix.isEmpty ? "xmlns='\(uri)'" : "xmlns:\(prefix)=\"\(uri)\"")
            if !prefixes.contains(prefix) { prefixes.append(prefix) }
        }
        if attributes.isEmpty, Int.random(in: 0..<6, using: &random) == 0 {
            attributes.append("xmlns=\"\"")
        }
        for name in ["a", "B", "xml:lang"] where Int.random(in: 0..<3, using: &random) == 0 {
            attributes.append("\(name)='\(text(&random, "<'"))'")
        }
        attributes.shuffle(using: &random)
        let prefix = prefixes.randomElement(using: &random) ?? ""
        let name =
            (prefix.isEmpty ? "" : prefix + ":")
            + (["e", "f-1", "_g"].randomElement(using: &random) ?? "e")
        let head = ([name] + attributes).joined(separator: " ")
        guard depth < 4, Int.random(in: 0..<5, using: &random) > 0 else { return "<\(head)/>" }
        let children = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            Bool.random(using: &random)
                ? text(&random, "<")
                : element(&random, depth: depth + 1, prefixes: prefixes)
        }
        return "<\(head)>" + children.joined() + "</\(name)>"
    }

    private static func text(_ random: inout SeededGenerator, _ left: String) -> String {
        let parts = [
            "x", " ", "\n", "\t", "\r\n", "é", "e\u{301}", "😀", "&amp;", "&lt;", "&gt;", "&quot;",
            "&apos;", "&#13;", "&#xA;", "&#9;", "\"", ">",
        ]
        return (0..<Int.random(in: 0..<5, using: &random)).map { _ in
            parts.randomElement(using: &random) ?? ""
        }.joined()
    }
}

extension XMLElement {
    /// Whether it has the same names, values and texts, by their code units.
    func isSame(as other: XMLElement) -> Bool {
        let own = Set(
            attributes.map { [$0.name.namespace, $0.name.local] + [Self.units($0.value)] })
        let others = Set(
            other.attributes.map { [$0.name.namespace, $0.name.local] + [Self.units($0.value)] })
        guard name == other.name, own == others, children.count == other.children.count else {
            return false
        }
        return zip(children, other.children).allSatisfy { pair in
            switch pair {
            case (.element(let left), .element(let right)): left.isSame(as: right)
            case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
            default: false
            }
        }
    }

    private static func units(_ text: String) -> String {
        text.utf8.map { String($0, radix: 16) }.joined(separator: " ")
    }
}
