/** The styles of all panels: a start-up without an open panel does not load them. */
import '../../../../style/panels.css';
import './statusStyles';
