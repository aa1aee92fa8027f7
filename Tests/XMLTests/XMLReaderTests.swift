import Testing
import XML

@Suite struct XMLReaderTests {
    private func read(_ text: String) throws -> XMLElement {
        try XMLReader.read(Array(text.utf8))
    }

    private func fault(_ text: String) -> XMLFault? { fault(Array(text.utf8)) }

    private func fault(_ bytes: [UInt8]) -> XMLFault? {
        do throws(XMLFault) {
            _ = try XMLReader.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func elementsAttributesAndTextsAreRead() throws {
        let root = try read(
            """
            \u{FEFF}<?xml version='1.0' encoding="utf-8"?>
            <p:a xmlns:p="urn:x" xmlns="urn:d" ID='1' p:n="a\tb&#10;&lt;&#x1F600;"><b>x &amp; y</b>\r\n<b/></p:a >

            """)
        #expect(root.name == XMLName("urn:x", "a"))
        #expect(root.attribute("ID") == "1")
        #expect(root.attribute("n") == nil, "of another name")
        #expect(root.attributes[1].value == "a b\n<😀")
        #expect(root.elements(XMLName("urn:d", "b")).map(\.text) == ["x & y", ""])
        #expect(root.only(XMLName("urn:d", "b")) == nil)
        #expect(root.text == nil)
        #expect(root.children.count == 3)
        guard case .text(let between) = root.children[1] else { throw XMLFault.tooLarge("") }
        #expect(between == "\n")
    }

    @Test(arguments: [
        ("<!DOCTYPE a><a/>", "a document type"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "a document type"),
        ("<a><!DOCTYPE b></a>", "a document type"),
        ("<!-- x --><a/>", "a comment"), ("<a>x<!-- y -->z</a>", "a comment"),
        ("<a/><!-- x -->", "a comment"), ("<?x y?><a/>", "a processing instruction"),
        ("<a>x<?y z?></a>", "a processing instruction"),
        ("<?xml-stylesheet href='x'?><a/>", "a processing instruction"),
        ("<a><![CDATA[x]]></a>", "a CDATA section"), ("<a/><?x?>", "a processing instruction"),
    ])
    func whatMakesTwoReadersSeeTwoThingsIsRefused(_ text: String, _ what: String) {
        guard case .forbidden(what, _)? = fault(text) else {
            Issue.record("\(text): \(fault(text).map(\.description) ?? "taken")")
            return
        }
    }

    @Test(arguments: [
        "", " ", "x", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b></a>", "<a b=c/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>", "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>",
        "<p:a/>", "<a p:b='1'/>", "<a:b:c xmlns:a='urn:x'/>", "<a xmlns:p=''/>", "<a xmlns='x'/>",
        "<a xmlns='../x'/>", "<a xmlns=':x'/>", "<a xmlns:xml='urn:x'/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>", "<a xmlns='urn:x' xmlns='urn:x'/>",
        "<a>&x;</a>", "<a>&amp</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#xFFFE;</a>",
        "<a>&#x110000;</a>", "<a>&#-1;</a>", "<a>&#+1;</a>", "<a>&#;</a>", "<a>&#x;</a>",
        "<a>&#99999999999;</a>", "<a>]]></a>", "<a b='<'/>", "<a b='1/>", "<a\u{1}/>",
        "<a>\u{1}</a>",
        "<a>\u{FFFF}</a>", "<é/>", "<aé/>", "<a é='1'/>", "< a/>", "<a / >", "</a>",
        "<?xml version='1.1'?><a/>", "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml encoding='UTF-8'?><a/>", "<?xml version='1.0' version='1.0'?><a/>",
        "<?xml encoding='UTF-8' version='1.0'?><a/>", " <?xml version='1.0'?><a/>",
        "<?xml version='1.0'x?><a/>", "<?xml version='1.0' x='1'?><a/>",
    ])
    func whatIsNotWellFormedIsRefused(_ text: String) {
        switch fault(text) {
        case .malformed: break
        case .forbidden where text.hasPrefix(" <?xml"): break
        case let other: Issue.record("\(text): \(other.map(\.description) ?? "taken")")
        }
    }

    @Test func whatIsNotUTF8IsRefused() {
        let rest = Array("<a>".utf8)
        for bad: [UInt8] in [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
            [0xC3],
        ] {
            #expect(fault(rest + bad + Array("</a>".utf8)) != nil, "\(bad)")
            #expect(fault(rest + bad) != nil, "\(bad)")
        }
        #expect(fault([0xFE, 0xFF, 0, 0x3C, 0, 0x61]) != nil, "UTF-16")
    }

    @Test func whatIsTooLargeIsRefused() {
        let deep = { (count: Int) in
            String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
        }
        #expect(fault(deep(XMLLimits.depthMax)) == nil)
        #expect(fault(deep(XMLLimits.depthMax + 1)).isTooLarge)
        let wide = { (count: Int) in "<a>" + String(repeating: "<b/>", count: count) + "</a>" }
        #expect(fault(wide(XMLLimits.nodesMax - 1)) == nil)
        #expect(fault(wide(XMLLimits.nodesMax)).isTooLarge)
        let attributes = { (count: Int) in
            "<a " + (0..<count).map { "a\($0)=''" }.joined(separator: " ") + "/>"
        }
        #expect(fault(attributes(XMLLimits.attributesMax)) == nil)
        #expect(fault(attributes(XMLLimits.attributesMax + 1)).isTooLarge)
        let name = String(repeating: "n", count: XMLLimits.nameBytesMax)
        #expect(fault("<\(name)/>") == nil)
        #expect(fault("<\(name)n/>").isTooLarge)
        let all = String(repeating: " ", count: XMLLimits.documentBytesMax - 4)
        #expect(fault("<a/>" + all) == nil)
        #expect(fault("<a/> " + all).isTooLarge)
        #expect(fault("<a xmlns='urn:\(String(repeating: "x", count: 600))'/>").isTooLarge)
    }
}

extension XMLFault? {
    fileprivate var isTooLarge: Bool { if case .tooLarge? = self { true } else { false } }
}
