internal import Wire

extension ClientConnection: ReplyTarget {
    var isActive: Bool { connection?.isActive ?? false }
    var mayBeAllowed: Bool { isActive && suspensions == 0 }

    func started(_ run: SlowRun, for reply: Reply) { slowRuns[reply.token] = run }

    func answer(_ answer: Answer, _ receipt: ReceiptText, to reply: Reply) {
        if answer.body.count >= RateLimits.longAnswerBytes,
            account?.mayQueue(answer.body.count) == false
        {
            return self.answer(reply.problems(.answersNotTaken, nil), receipt, to: reply)
        }
        noteAnswered(reply)
        var response = Response(
            status: answer.status,
            contentType: !answer.body.isEmpty ? answer.contentType : nil,
            body: answer.body)
        response.audit = receipt.text
        response.requestID = ShortText(reply.asker.request)
        if !front.mayBeCached || answer.caching != .unsaid { addCaching(of: answer, to: &response) }
        // RFC 9110 section 15.5.2.
        if answer.status == 401 { response.fields.append(.init("www-authenticate", "Bearer")) }
        if !answer.boxedFields.isNone { add(answer.further, to: &response) }
        addQuota(to: &response, of: reply)
        connection?.respond(response, on: StreamID(reply.token))
        // So that what waits is known before the next long answer of the same batch.
        if answer.body.count >= RateLimits.longAnswerBytes { connection?.flush() }
    }

    @inline(__always)
    func noteAnswered(_ reply: Reply) {
        if !slowRuns.isEmpty { slowRuns[reply.token] = nil }
    }

    func flush() { connection?.flush() }
}
