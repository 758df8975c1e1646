"""Files of partners that a service keeps: put by the hash of their content, named by what rests on them, given out byte for byte."""

from channel_service.files.deciding import KEPT_FILES, NameFiles
from channel_service.files.problems import FILE_PROBLEMS
from channel_service.files.routes import file_routes
from channel_service.files.state import Files
from channel_service.files.storing import GRANTS, TABLES
from channel_service.files.tending import MEASURES, TENDING
from channel_service.files.view import KEPT_FILES_VIEW

__all__ = ["FILE_PROBLEMS", "GRANTS", "KEPT_FILES", "KEPT_FILES_VIEW", "MEASURES", "TABLES", "TENDING", "Files", "NameFiles", "file_routes"]
