"""The whole history as a file that the import takes."""

from channel_service.exporting import document_routes

from partner_registry.application.documents import document

router = document_routes(document, into="/v1/imports/partners")
