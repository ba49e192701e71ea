/** The styles of progress bars and of our lines in the status bar. */
import '../../../../style/status.css';
