"""Acknowledgements as recipients write them, in every version of the choreography, by hand."""

from __future__ import annotations

from collections.abc import Iterable

TIME = "2026-11-22T13:00:00Z"
NAMESPACES = {
    "1.4": "http://ddex.net/xml/ern-c/14",
    "1.5": "http://ddex.net/xml/ern-c/15",
    "1.7": "http://ddex.net/xml/ern-c-sftp/17",
    "1.8": "http://ddex.net/xml/ern-c-sftp/18",
}


def file_ack(
    release: str = "4006381333931",
    status: str = "FileOK",
    *,
    version: str = "1.5",
    date: str = "20261122120000000",
    time: str = TIME,
    more: str = "",
) -> bytes:
    """An FtpAcknowledgementMessage (1.4, 1.5)."""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<c:FtpAcknowledgementMessage xmlns:c="{NAMESPACES[version]}" MessageVersionId="{version}">
  <MessageHeader>
    <MessageSender><PartyId>PADPIDA2026112203Q</PartyId></MessageSender>
    <MessageRecipient><PartyId>PADPIDA2026112201U</PartyId></MessageRecipient>
    <MessageCreatedDateTime>{time}</MessageCreatedDateTime>
  </MessageHeader>
  <AcknowledgedFile><ReleaseId>{release}</ReleaseId><Date>{date}</Date></AcknowledgedFile>
  <FileStatus>{status}</FileStatus>{more}
</c:FtpAcknowledgementMessage>
""".encode()


def message_part(message_id: str, *statuses: str, batch: str = "", information: str = "") -> str:
    """What an AcknowledgementMessage says of one message of a release."""
    told = f"<Information>{information}</Information>" if information else ""
    words = "".join(
        f"<MessageStatus><Status>{status}</Status>{told}</MessageStatus>"
        for status in statuses or ("FileOK",)
    )
    folder = f"<BatchId>{batch}</BatchId>" if batch else ""
    return f"""
    <Acknowledgement>
      <MessageType>NewReleaseMessage</MessageType>{folder}<MessageId>{message_id}</MessageId>{words}
    </Acknowledgement>"""


def release_part(
    *messages: str,
    release: str = "<ICPN>4006381333931</ICPN>",
    status: str = "ReleaseReceivedByReleaseDistributor",
    more: str = "",
) -> str:
    """What an AcknowledgementMessage says of one release."""
    return f"""
  <ReleaseStatus>
    <ReleaseId>{release}</ReleaseId><ReleaseStatus>{status}</ReleaseStatus>{more}{"".join(messages)}
  </ReleaseStatus>"""


def status_ack(
    parts: Iterable[str],
    *,
    root: str = "AcknowledgementMessage",
    version: str = "1.8",
    time: str = TIME,
) -> bytes:
    """An AcknowledgementMessage (1.7, 1.8), or an ErnAcknowledgementStatusMessage (1.7)."""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<a:{root} xmlns:a="{NAMESPACES[version]}" AvsVersionId="3">
  <MessageHeader>
    <MessageId>ACK-1</MessageId>
    <MessageCreatedDateTime>{time}</MessageCreatedDateTime>
  </MessageHeader>{"".join(parts)}
</a:{root}>
""".encode()


def answer(message_id: str, *statuses: str, time: str = TIME, more: str = "") -> bytes:
    """What a recipient says today about one message."""
    return status_ack([release_part(message_part(message_id, *statuses), more=more)], time=time)
